"""The names of the keys."""

from matcher import keys


def test_all_keys_of_a_pool_share_its_hash_tag() -> None:
    """So that a cluster keeps them in one slot, and the channels too."""
    names = keys.Keys("main")
    for name in (names.static("due"), names.blocks("x"), names.channel("w")):
        assert name.startswith("sotto:{main}:")


def test_the_table_of_keys_is_whole() -> None:
    """Each static key has its row in the module's table."""
    rows = {line.split("|")[1].strip() for line in (keys.__doc__ or "").splitlines() if line.startswith("| ")}
    assert rows == {"key", "blocks:<caller>", *keys.STATIC}
