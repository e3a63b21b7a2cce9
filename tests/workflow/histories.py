"""Everything that Temporal keeps of a site's workflows, as it keeps it."""

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest

from tests.workflow.site import Site


async def raw_histories(site: Site) -> dict[str, bytes]:
    """By workflow and run, past a client's codecs: payloads, failures and names in plain bytes."""
    found = {}
    async for flow in site.client.list_workflows(f"TaskQueue='{site.queue}'"):
        execution = WorkflowExecution(workflow_id=flow.id, run_id=flow.run_id)
        found[f"{flow.id} {flow.run_id}"] = await _raw(site, execution)
    return found


async def _raw(site: Site, execution: WorkflowExecution) -> bytes:
    pages, token = [], b""
    while True:
        request = GetWorkflowExecutionHistoryRequest(
            namespace=site.client.namespace, execution=execution, next_page_token=token
        )
        page = await site.client.workflow_service.get_workflow_execution_history(request)
        pages.append(page.history.SerializeToString())
        token = page.next_page_token
        if not token:
            return b"".join(pages)
