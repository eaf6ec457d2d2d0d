import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.errors import KernelSizeError, OrdersError, ProblemTooLargeError
from theory.notation import format_orders, parse_kernel, parse_orders


@pytest.mark.parametrize(("text", "shape"), [("9", (9,)), ("3x3", (3, 3)), (" 2x3x4 ", (2, 3, 4)), ("1x7", (1, 7))])
def test_kernels(text, shape):
    assert parse_kernel(text) == shape


@pytest.mark.parametrize(
    "text", ["", "3x", "x3", "0x3", "0", "1", "1x1", "-3", "3X3", "3.0", "3x-3", "3×3", "٣x٣", "9" * 20, "3x3\n4"]
)
def test_bad_kernels(text):
    with pytest.raises(KernelSizeError):
        parse_kernel(text)


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("0,1,8", (0, 1, 8)),
        ("8, 1, 0", (0, 1, 8)),
        ("0-8", tuple(range(9))),
        ("0..8", tuple(range(9))),
        ("0,1,d-1", (0, 1, 8)),
        ("d", (9,)),
        ("0-d-1", tuple(range(9))),
        ("d-2-d-1", (7, 8)),
        ("0,d-3..d-1", (0, 6, 7, 8)),
        ("d-9", (0,)),
        ("4-4", (4,)),
    ],
)
def test_orders(text, orders):
    assert parse_orders(text, 9) == orders


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing beside a comma"),
        ("0,,1", "nothing beside a comma"),
        ("0,1,", "nothing beside a comma"),
        ("0,1.5", "'1.5' is no order"),
        ("0,x", "'x' is no order"),
        ("0;1", "'0;1' is no order"),
        ("0,1,1", "1 occurs twice"),
        ("0-3,2", "2 occurs twice"),
        ("-1", "not -1"),
        ("0,10", "not 10"),
        ("d-10", "not -1"),
        ("8-0", "empty"),
        ("0-999999999", "not 999999999"),
        ("0-99999999999", "not 99999999999"),
        ("0-8-9", "no order and no range"),
        ("d1", "no order"),
        ("1/2", "no order"),
    ],
)
def test_bad_orders(text, reason):
    with pytest.raises(OrdersError, match=reason):
        parse_orders(text, 9)


@pytest.mark.parametrize("text", ["0-999999998", "0-499999,500000-d"])
def test_a_range_is_not_unrolled_before_its_size_is_looked_at(text):
    with pytest.raises(ProblemTooLargeError, match="at most 1000000 orders"):
        parse_orders(text, 999_999_999)


def test_a_kernel_is_of_a_size_that_machines_can_count():
    assert parse_kernel("31622x31622") == (31622, 31622)
    for text, size in (("31623x31623", 1000014129), ("1000000001", 1000000001), ("1" + 20 * "0", 10**20)):
        with pytest.raises(KernelSizeError, match=f"at most 1000000000, not {size}$"):
            parse_kernel(text)


@given(st.sets(st.integers(0, 30), min_size=1))
def test_formatting_is_parsed_back(orders):
    chosen = tuple(sorted(orders))
    assert parse_orders(format_orders(chosen), 30) == chosen


@given(st.text(alphabet="0123456789d-.,x ", max_size=12))
def test_any_text_gives_orders_or_a_named_error(text):
    try:
        orders = parse_orders(text, 9)
    except OrdersError:
        return
    assert set(orders) <= set(range(10))
