"""Bodies of the node API: whatever is wrong with one is a 400, as pke expects."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from api.problems import Problem

M = TypeVar("M", bound=BaseModel)


def read(kind: type[M], value: object) -> M:
    try:
        return kind.model_validate(value)
    except ValidationError as err:
        # Values stay out of the answer: one of them may be a kubeconfig.
        first = err.errors(include_url=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"]))
        raise Problem(400, f"{path or 'the body'}: {first['msg']}") from None
