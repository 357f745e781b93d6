"""The landing in a bucket: what one machine lands, all read; damaged and infected files as in a folder."""

from hashlib import sha256
from pathlib import Path

import pytest

from connectors.landing import NotLandedError, TrialLanding
from connectors.stores.errors import StoreUnavailableError, StoreUnconditionalError
from connectors.stores.s3 import S3Store
from connectors.stores.shared_landing import SharedLanding
from tests.bucket_server import ObjectStoreServer

DATA = b"report"
DIGEST = sha256(DATA).hexdigest()
KEY = f"landing/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"


@pytest.fixture
def landing(bucket: ObjectStoreServer, tmp_path: Path) -> SharedLanding:
    """Return the landing as a machine sees it."""
    return SharedLanding(bucket.store("landing"), tmp_path / "copies")


@pytest.fixture
def other(bucket: ObjectStoreServer, tmp_path: Path) -> SharedLanding:
    """Return the landing as another machine sees it."""
    return SharedLanding(bucket.store("landing"), tmp_path / "others")


def test_what_is_landed_another_machine_reads(landing: SharedLanding, other: SharedLanding) -> None:
    """The same bytes are landed once, under their hash, and read from a copy that is checked."""
    assert landing.land_new([DATA]) == (DIGEST, True)
    assert other.land_new([DATA]) == (DIGEST, False)
    assert other.read(DIGEST) == DATA
    assert list(other.digests()) == [DIGEST]


def land_and_fail(landing: SharedLanding) -> None:
    """Land a file in a block that fails."""
    with landing.batch() as batch:
        batch.add([DATA])
        raise RuntimeError("cut off")


def test_files_of_a_batch_are_in_the_store_at_its_end(landing: SharedLanding, bucket: ObjectStoreServer) -> None:
    """None is if the block fails; a copy that a killed process left counts for nothing."""
    with pytest.raises(RuntimeError, match="cut"):
        land_and_fail(landing)
    assert bucket.keys() == []
    landing._copies.land(DATA)
    assert landing.land_new([DATA]) == (DIGEST, True)
    assert bucket.keys() == [KEY]


def test_a_store_that_does_not_answer_lands_nothing(landing: SharedLanding, bucket: ObjectStoreServer) -> None:
    """The error is raised before anything could be recorded, and the next try lands the file."""
    bucket.answer_instead = lambda method, _key: 503 if method == "PUT" else None
    with pytest.raises(StoreUnavailableError, match="Nothing is lost"):
        landing.land(DATA)
    bucket.answer_instead = lambda _method, _key: None
    assert landing.land_new([DATA]) == (DIGEST, True)


def test_a_damaged_file_is_not_read_and_landed_again(
    landing: SharedLanding, other: SharedLanding, bucket: ObjectStoreServer
) -> None:
    """Other bytes under a hash are no such file, until the right ones arrive."""
    landing.land(DATA)
    bucket.client.put_object(Bucket=bucket.bucket, Key=KEY, Body=b"other")
    assert not other.is_whole(DIGEST)
    with pytest.raises(NotLandedError, match=f"s3://{bucket.bucket}/{KEY}"):
        other.read(DIGEST)
    assert other.land_new([DATA]) == (DIGEST, True)
    assert other.read(DIGEST) == DATA


def test_a_file_that_was_set_apart_stays_apart(
    landing: SharedLanding, other: SharedLanding, bucket: ObjectStoreServer, tmp_path: Path
) -> None:
    """It is nowhere among the landed files, copies are read no more, it says why, and does not land again."""
    landing.land(DATA)
    third = SharedLanding(bucket.store("landing"), tmp_path / "third")
    assert third.read(DIGEST) == DATA
    landing.set_apart(DIGEST, "virus")
    assert landing.is_apart(DIGEST)
    assert (other.is_apart(DIGEST), other.reason_apart(DIGEST), other.reason_apart("0" * 64)) == (True, "virus", "")
    assert other.land_new([DATA]) == (DIGEST, False)
    assert not other.is_whole(DIGEST)
    assert list(other.digests()) == []
    with pytest.raises(NotLandedError):
        third.read(DIGEST)


def test_machines_know_by_a_mark_that_they_see_one_landing(landing: SharedLanding, other: SharedLanding) -> None:
    """The first writes it, and all read the same."""
    assert other.read_mark() is None
    assert landing.mark() == other.mark() == other.read_mark()


def test_a_store_without_conditional_writes_is_refused(landing: SharedLanding, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that overwrites what it should not is named before anything is kept there."""
    real = S3Store._put_if
    monkeypatch.setattr(S3Store, "_put_if", lambda self, path, data, _condition: real(self, path, data, {}))
    with pytest.raises(StoreUnconditionalError, match="If-None-Match"):
        landing.mark()


def test_a_trial_reads_the_store_and_writes_a_folder(
    landing: SharedLanding, other: SharedLanding, bucket: ObjectStoreServer, tmp_path: Path
) -> None:
    """A dry run finds what was landed, and lands beside it."""
    landing.land(DATA)
    trial = TrialLanding(other, tmp_path / "trial")
    assert trial.read(DIGEST) == DATA
    trial.land(b"further")
    assert bucket.keys() == [KEY]
