"""The part `call_firefox`: the same as `call`, between Chromium and Firefox."""

from tests.bench.call import measure_pair
from tests.bench.table import Section


def measure() -> Section:
    """Measure the part."""
    return measure_pair("call_firefox", "Chromium, Firefox")
