from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lab.ports import free_port
from lab.vcenter.simulator import SimulatedVCenter
from provisioner.domain.virtual_machines import VCenterAccess
from provisioner.vsphere.errors import (
    CertificateMismatch,
    CertificateUntrusted,
    VCenterUnreachable,
)
from provisioner.vsphere.tls import fetch_thumbprint, trust_of
from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.impostor import ADDRESS, Impostor


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Impostor]:
    started = Impostor(tmp_path)
    yield started
    started.stop()


async def refusal(access: VCenterAccess, threads: ThreadPoolExecutor) -> Exception:
    vcenter = VCenter(access, threads)
    try:
        await vcenter.connect()
    except Exception as error:
        return error
    finally:
        await vcenter.close()
    raise AssertionError("connected")


async def test_other_certificate_than_the_pinned_one_gets_no_byte(
    vcenter_access: VCenterAccess, soap_threads: ThreadPoolExecutor, impostor: Impostor
):
    access = vcenter_access.model_copy(update={"port": impostor.port})

    error = await refusal(access, soap_threads)

    assert isinstance(error, CertificateMismatch)
    assert fetch_thumbprint(ADDRESS, impostor.port) in str(error)
    assert impostor.connections == 2
    assert impostor.heard == b""


async def test_pinning_counts_also_where_an_authority_would_vouch(
    vcenter_access: VCenterAccess, soap_threads: ThreadPoolExecutor
):
    access = vcenter_access.model_copy(update={"thumbprint": "AB" * 32})

    assert isinstance(await refusal(access, soap_threads), CertificateMismatch)


async def test_other_authority_gets_no_byte(
    vcenter_access: VCenterAccess,
    soap_threads: ThreadPoolExecutor,
    simulated_vcenter: SimulatedVCenter,
    impostor: Impostor,
):
    bundle = simulated_vcenter.certificate.read_text()
    update = {"port": impostor.port, "thumbprint": None, "ca_bundle": bundle}

    error = await refusal(vcenter_access.model_copy(update=update), soap_threads)

    assert isinstance(error, CertificateUntrusted)
    assert impostor.heard == b""


async def test_authority_given_is_enough(
    vcenter_access: VCenterAccess,
    soap_threads: ThreadPoolExecutor,
    simulated_vcenter: SimulatedVCenter,
):
    bundle = simulated_vcenter.certificate.read_text()
    access = vcenter_access.model_copy(update={"thumbprint": None, "ca_bundle": bundle})
    vcenter = VCenter(access, soap_threads)

    assert (await vcenter.connect()).version

    await vcenter.close()


async def test_thumbprint_may_be_spelled_without_colons(
    vcenter_access: VCenterAccess, soap_threads: ThreadPoolExecutor
):
    plain = str(vcenter_access.thumbprint).replace(":", "").lower()
    vcenter = VCenter(vcenter_access.model_copy(update={"thumbprint": plain}), soap_threads)

    assert (await vcenter.connect()).version

    await vcenter.close()


def test_thumbprint_is_fetched_for_humans(simulated_vcenter: SimulatedVCenter):
    shown = fetch_thumbprint(simulated_vcenter.host, simulated_vcenter.port)

    assert shown == simulated_vcenter.thumbprint


def test_thumbprint_of_nobody_is_unreachable():
    port = free_port()
    with pytest.raises(VCenterUnreachable, match=f"Nothing answers at 127.0.0.1:{port}"):
        fetch_thumbprint("127.0.0.1", port)


async def test_a_server_that_does_not_answer_is_named(
    vcenter_access: VCenterAccess, soap_threads: ThreadPoolExecutor
):
    port = free_port()
    nobody = await refusal(vcenter_access.model_copy(update={"port": port}), soap_threads)
    assert f"Nothing answers at {vcenter_access.host}:{port}" in str(nobody)

    unknown = vcenter_access.model_copy(update={"host": "vcenter.invalid"})
    assert "The name vcenter.invalid is not known" in str(await refusal(unknown, soap_threads))


async def test_a_server_without_tls_is_named(
    vcenter_access: VCenterAccess,
    soap_threads: ThreadPoolExecutor,
    simulated_vcenter: SimulatedVCenter,
):
    port = urlsplit(simulated_vcenter.faults).port
    error = await refusal(vcenter_access.model_copy(update={"port": port}), soap_threads)
    assert f"127.0.0.1:{port} does not speak TLS" in str(error)


def test_a_pinned_certificate_can_be_handed_on(
    vcenter_access: VCenterAccess, simulated_vcenter: SimulatedVCenter
):
    handed = trust_of(vcenter_access)

    assert handed.strip() == simulated_vcenter.certificate.read_text().strip()


def test_another_certificate_than_the_pinned_one_is_not_handed_on(
    vcenter_access: VCenterAccess, impostor: Impostor
):
    with pytest.raises(CertificateMismatch):
        trust_of(vcenter_access.model_copy(update={"port": impostor.port}))


def test_a_given_authority_is_handed_on(vcenter_access: VCenterAccess):
    update = {"thumbprint": None, "ca_bundle": "an authority"}
    assert trust_of(vcenter_access.model_copy(update=update)) == "an authority"
