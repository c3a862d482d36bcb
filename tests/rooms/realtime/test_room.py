from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from largesse.kit.sockets import text_frame
from largesse.ledger import ANONYMOUS
from largesse.realtime import frames
from largesse.realtime.frames import FrameBody, Totals
from largesse.realtime.model import Room
from rooms_made import AT, gift, lease, row, stage


def never(_: int) -> bool:
    return False


def room(**more) -> Room:
    return Room(lease(**more), stage())


def test_a_frame_names_the_sixty_biggest_gifts_and_folds_the_rest():
    one = room()
    one.add_gifts([gift(64 + n // 10 * 64, n % 10, sender=n, coins=n + 1) for n in range(100)], never)
    draft = one.take(AT, 1.0)
    assert [g.coins for g in draft.gifts] == list(range(41, 101)), "in the order of the books"
    assert (draft.folded.count, draft.folded.coins, draft.folded.senders) == (40, sum(range(1, 41)), 40)
    assert (draft.totals.gifts, draft.totals.coins, draft.totals.gifters) == (100, 5050, 100)
    after = one.take(AT, 2.0)
    assert (after.gifts, after.folded) == ([], None)


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 40_000), st.booleans()), max_size=300), max_size=12)
)
def test_what_frames_name_and_fold_is_what_totals_count(batches):
    one, shown_coins, shown_gifts, coins = room(), 0, 0, 0
    for n, given_now in enumerate(batches, 1):
        rows = [gift(n * 64, i, sender=s, coins=c, flags=ANONYMOUS * a) for i, (s, c, a) in enumerate(given_now)]
        coins += sum(r.coins for r in rows)
        one.add_gifts(rows, never)
        one.add_gifts(rows, never)
        if n % 3 == 0 or n == len(batches):
            draft = one.take(AT, float(n))
            assert len(draft.gifts) <= 60
            shown_coins += sum(g.coins for g in draft.gifts) + (draft.folded.coins if draft.folded else 0)
            shown_gifts += len(draft.gifts) + (draft.folded.count if draft.folded else 0)
    assert (shown_coins, shown_gifts) == (coins, one.gifts)
    assert one.coins == coins
    named: dict[int, int] = {}
    for given_now in batches:
        for sender, amount, anonymous in given_now:
            named[sender] = named.get(sender, 0) + amount * (not anonymous)
    assert one.top == sorted([(s, c) for s, c in named.items() if c], key=lambda r: (-r[1], r[0]))[:10]


def test_a_flood_between_two_frames_takes_bounded_memory():
    one = room()
    for batch in range(1, 101):
        one.add_gifts([gift(batch * 64, n, sender=n, coins=1 + n % 7) for n in range(500)], never)
    assert len(one._gifts) <= 2_500
    draft = one.take(AT, 1.0)
    assert len(draft.gifts) + draft.folded.count == 50_000


def test_what_was_shown_is_counted_again_and_not_shown_again():
    one = room(cursor=[64, *[0] * 63], coins=1, gifts=1)
    one.load_shown([128, 65], one.told, 5)
    batches = [(64, 1), (65, 8), (128, 2), (129, 16), (192, 4)]
    one.add_gifts([gift(batch, coins=coins) for batch, coins in batches], never)
    draft = one.take(AT, 1.0)
    assert [g.batch for g in draft.gifts] == [129, 192]
    assert draft.totals.coins == 1 + 2 + 4 + 8 + 16
    assert sorted(draft.batches) == [129, 192]
    assert (draft.prev, draft.seq) == (5, (1 << 32) + 1)


def test_seq_grows_with_the_epoch_and_never_goes_back():
    one = room(epoch=3, seq=(2 << 32) + 77)
    assert [one.take(AT, 1.0).seq for _ in range(2)] == [(3 << 32) + 1, (3 << 32) + 2]


def test_a_tick_is_longer_in_a_big_room_and_a_big_gift_flushes():
    one = room()
    one.framed_at = 100.0
    assert one.due_at() is None
    one.add_gifts([gift(64)], never)
    assert one.due_at() == 100.05
    one.hear_gateway("a", 2_001, 0, [], 100.0)
    one.count_viewers(100.0)
    assert one.due_at() == 100.2
    one.add_gifts([gift(128, kind=9)], lambda kind: kind == 9)
    assert one.due_at() == 0.0


def test_chat_in_a_flood_keeps_the_newest_lines_and_moderation_keeps_all():
    one = room()
    one.add_rows([row(n) for n in range(1, 100)])
    one.add_rows([row(n, "moderation.action", action="ban", account=1, text=None) for n in range(100, 130)])
    draft = one.take(AT, 1.0)
    assert [r.id for r in draft.rows] == [*range(80, 100), *range(100, 130)]


def test_a_row_is_told_once():
    one = room()
    one.add_rows([row(1, "like", count=5, senders=2), row(2, "like", count=3, senders=3)])
    one.add_rows([row(2, "like", count=3, senders=3)])
    draft = one.take(AT, 1.0)
    assert (draft.liked, draft.totals.likes) == ((8, 5), 8)


def reversed_part(n, sender, coins, *, anonymous=False):
    return row(n, "gift.reversed", parts=[[1, 0, sender, 2, coins, coins * 700, anonymous]], reason="refund")


def test_what_is_reversed_leaves_totals_and_rankings_and_the_count_of_gifts_stays():
    one = room()
    one.add_gifts(
        [gift(64, 0, sender=1, coins=9), gift(64, 1, sender=3, coins=5), gift(64, 2, sender=1, flags=ANONYMOUS)], never
    )
    one.add_rows([reversed_part(1, 1, 6), reversed_part(2, 1, 1, anonymous=True)])
    draft = one.take(AT, 10.0)
    assert draft.totals == Totals(0, 0, 3, 2, 8)
    assert (draft.diamonds_milli, draft.top) == (8 * 700, [(3, 5), (1, 3)])
    assert [r.body["coins"] for r in draft.rows] == [6, 1]
    one.add_rows([reversed_part(2, 1, 1), reversed_part(3, 1, -6)])
    assert one.top == [(1, 9), (3, 5)]
    assert one.totals.coins == 14


def test_a_part_of_a_gift_that_is_read_before_its_gift_counts_all_the_same():
    one = room()
    one.add_rows([reversed_part(1, 1, 6)])
    one.add_gifts([gift(64, sender=1, coins=9)], never)
    assert (one.totals.coins, one.totals.gifters, one.top) == (3, 1, [(1, 3)])


def test_rows_that_were_shown_are_counted_again_and_not_told_again():
    one = room(coins=20, likes=4)
    one.load_shown([], row(5).place, 9)
    one.add_rows([reversed_part(3, 1, 6), row(4, "like", count=3, senders=1), reversed_part(6, 1, 2)])
    draft = one.take(AT, 1.0)
    assert (draft.totals.coins, draft.totals.likes) == (12, 7)
    assert (draft.liked, [r.id for r in draft.rows]) == ((0, 0), [6])


def test_a_flood_of_reversals_is_counted_and_told_in_part():
    one = room(coins=1_000)
    one.add_rows([row(0), *[reversed_part(n, 1, 1) for n in range(1, 200)]])
    draft = one.take(AT, 1.0)
    assert one.totals.coins == 801
    assert len(draft.rows) == 1 + 20


def test_the_first_three_are_told_once_a_second_and_the_last_change_is_not_forgotten():
    one = room()
    one.add_gifts([gift(64, sender=1)], never)
    assert one.take(AT, 10.0).top == [(1, 1)]
    one.add_gifts([gift(128, sender=3, coins=5)], never)
    assert one.take(AT, 10.1).top is None
    assert one.due_at() == 11.0
    assert one.take(AT, 11.0).top == [(3, 5), (1, 1)]
    assert one.due_at() is None


def test_viewers_are_summed_over_gateways_and_silent_ones_are_forgotten():
    one = room()
    one.hear_gateway("a", 30, 30, [1, 2, 3, 4, 5, 6], 100.0)
    one.hear_gateway("b", 12, 12, [1, 9], 100.0)
    one.count_viewers(100.0)
    assert (one.viewers, one.peak) == (42, 42)
    draft = one.take(AT, 100.0)
    assert draft.joined == (42, [1, 2, 3, 4, 5])
    one.hear_gateway("b", 12, 0, [], 109.0)
    one.count_viewers(104.0)
    one.count_viewers(111.0)
    assert (one.viewers, one.peak) == (12, 42)
    assert one.viewer_seconds == 42 * 4 + 42 * 7


def test_a_new_owner_believes_the_old_count_of_viewers_for_a_moment():
    one = room(viewers=500)
    one.count_viewers(100.0)
    one.hear_gateway("a", 20, 0, [], 101.0)
    one.count_viewers(101.0)
    assert one.viewers == 500
    one.count_viewers(103.5)
    assert one.viewers == 20


def test_a_frame_travels_packed_and_only_the_creator_sees_diamonds():
    body = FrameBody(seq=5, at=AT, events=[], totals=Totals(1, 2, 3, 4, 5))
    sent = frames.make(body, 4, 700)
    got = frames.unpack(sent.pack())
    assert (got.seq, got.prev, got.public) == (5, 4, sent.public)
    assert b"diamonds" not in got.public
    assert msgspec.json.decode(got.creator)["totals"] == {
        "viewers": 1, "likes": 2, "gifts": 3, "gifters": 4, "coins": 5, "diamonds_milli": 700,
    }  # fmt: skip
    assert frames.unpack(b"\x09" + sent.pack()[1:]) is None, "a frame of another release is passed over"
    assert frames.unpack(b"") is None


def test_websocket_frames_carry_every_length():
    for length in (0, 125, 126, 65_535, 65_536):
        framed = text_frame(b"x" * length)
        head = 2 if length < 126 else 4 if length < 65_536 else 10
        assert (framed[0], len(framed)) == (0x81, head + length)


def test_an_ended_live_counts_no_more_viewer_seconds():
    one = Room(lease(), stage(status="ended", ended_at=AT + timedelta(hours=1)))
    one.hear_gateway("a", 10, 0, [], 100.0)
    one.count_viewers(100.0)
    one.count_viewers(105.0)
    assert (one.viewers, one.peak, one.viewer_seconds) == (10, 0, 0.0)
