"""What the database keeps of a request tells nothing of its secrets."""

from api.answers import Repetition


def test_a_repetitions_digest_does_not_depend_on_the_password() -> None:
    repetition = Repetition("key", "POST /vcenters?")
    one, other = b'{"name":"lab","password":"one"}', b'{"name":"lab","password":"other"}'
    assert repetition._digest(one) == repetition._digest(other)
    assert repetition._digest(one) != repetition._digest(b'{"name":"else","password":"one"}')
