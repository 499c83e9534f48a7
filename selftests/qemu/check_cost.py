# SPDX-License-Identifier: GPL-2.0-only
"""What a record costs in the guest: whether it was measured. How much it may is the bench's."""

import re

import check

# The frames that the bars of the bench are about, at least.
FRAMES = 13


def check_cost(run):
    """Both were measured, of a stack as deep as the bar is for, every word in a frame labelled."""
    check.check_quiet(run)
    found = re.fullmatch(r"dump_stack (\d+) record (\d+) turns (\d+)\n", run.out("cost"))
    run.expect(found and all(int(number) for number in found.groups()),
               "both times are there", run.out("cost"))
    stats = check.stats(run)
    run.expect(found and stats["records"] == found[3] and stats["rate_limited"] == "0",
               "each turn made a record", stats)
    run.expect(int(stats["identify_ns"]) > 0, "so was what saying what values are takes", stats)
    counts = re.search(r"^(\d+) words, (\d+) explained, .* (\d+) frames$", run.out("last"), re.M)
    if run.expect(counts, "a report was made"):
        run.expect(int(counts[3]) >= FRAMES, f"of at least {FRAMES} frames", counts[0])
        run.expect(counts[1] == counts[2], "and with all words explained", counts[0])
