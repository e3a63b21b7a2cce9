"""Names that nobody has to clean up after: hostnames that are unlike each other, MACs of ours."""

import re

from hypothesis import given
from hypothesis import strategies as st

from provisioner.domain import marks
from provisioner.domain.naming import longest_node_name, manual_mac, node_name

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LABELS = st.text(st.sampled_from("abc019-"), min_size=1, max_size=30).filter(LABEL.fullmatch)


@given(LABELS, LABELS)
def test_a_node_name_is_a_dns_label_of_the_announced_length(owner: str, group: str) -> None:
    name = node_name(owner, group)
    assert LABEL.fullmatch(name)
    assert name.startswith(f"{owner}-{group}-")
    assert len(name) == longest_node_name(owner, group)


def test_the_longest_names_that_are_let_in_fit_a_hostname() -> None:
    assert len(node_name("c" * 28, "g" * 28)) == 63


def test_names_differ_from_attempt_to_attempt() -> None:
    assert len({node_name("c1", "pool1") for _ in range(200)}) > 195


def test_macs_are_of_vmwares_manual_range() -> None:
    for mac in {manual_mac() for _ in range(500)}:
        assert re.fullmatch(r"00:50:56:[0-3][0-9a-f]:[0-9a-f]{2}:[0-9a-f]{2}", mac)


def test_only_our_marks_are_taken_from_a_vms_configuration() -> None:
    given_config = {marks.OWNER: "me", "guestinfo.userdata": "secret", "other": "x"}
    assert marks.only_marks(given_config) == {marks.OWNER: "me"}
    assert not any(key.startswith("guestinfo.") for key in (marks.OWNER, marks.NODE, marks.SPEC))
