import itertools
import re
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory import closed_forms
from theory.errors import InputError, KernelSizeError, OrdersError, ProblemTooLargeError
from theory.named_orders import NAMED_ORDERS
from theory.notation import check_kernel_size, check_orders, format_orders, parse_kernel
from theory.objectives import choose_objective


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
    assert check_orders(9, text) == orders


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing beside a comma"),
        ("0,,1", "nothing beside a comma"),
        ("0,1,", "nothing beside a comma"),
        ("0,1.5", "'1.5' is no order"),
        ("0,x", "'0,x' is neither"),
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
        check_orders(9, text)


@pytest.mark.parametrize("text", ["0-999999998", "0-499999,500000-d"])
def test_a_range_is_not_unrolled_before_its_size_is_looked_at(text):
    with pytest.raises(ProblemTooLargeError, match="at most 1000000 orders"):
        check_orders(999_999_999, text)


def test_a_kernel_is_of_a_size_that_machines_can_count():
    assert parse_kernel("31622x31622") == (31622, 31622)
    for text, size in (("31623x31623", 1000014129), ("1000000001", 1000000001), ("1" + 20 * "0", 10**20)):
        with pytest.raises(KernelSizeError, match=f"at most 1000000000, not {size}$"):
            parse_kernel(text)


@given(st.sets(st.integers(0, 30), min_size=1))
def test_formatting_is_parsed_back(orders):
    chosen = tuple(sorted(orders))
    assert check_orders(30, format_orders(chosen)) == chosen


@given(st.text(alphabet="0123456789d-.,x ", max_size=12))
def test_any_text_gives_orders_or_a_named_error(text):
    try:
        orders = check_orders(9, text)
    except OrdersError:
        return
    assert set(orders) <= set(range(10))


@pytest.mark.parametrize("text", ["3X3", "3,3", "(3, 3)", "3 x 3", "3×3", "3*3", "[3;3]"])
def test_the_shape_that_is_meant_is_named(text):
    with pytest.raises(KernelSizeError, match=r"not '.*': write 3x3$"):
        parse_kernel(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0 1 8", "0,1,8"),
        ("0;1;8", "0,1,8"),
        ("[0, 1, 8]", "0,1,8"),
        ("{0,1,d-1}", "0,1,d-1"),
        ("0,1,D-1", "0,1,d-1"),
        ("0,1,n-1", "0,1,d-1"),
        ("0–8", "0-8"),
        ("0:8", "0-8"),
        ("0...8", "0..8"),
        ("0,,1", "0,1"),
    ],
)
def test_the_orders_that_are_meant_are_named(text, meant):
    with pytest.raises(OrdersError, match=rf": write {re.escape(meant)}$"):
        check_orders(9, text)


@pytest.mark.parametrize(
    ("kernel", "shape"), [(9, (9,)), ((3, 3), (3, 3)), ([9], (9,)), (np.array([3, 3]), (3, 3)), (np.int8(9), (9,))]
)
def test_kernels_in_python(kernel, shape):
    assert parse_kernel(kernel) == shape
    assert check_kernel_size(kernel) == prod(shape)
    assert all(type(extent) is int for extent in parse_kernel(kernel))


@pytest.mark.parametrize(
    "kernel",
    [9.0, (), (3, 3.0), (3, True), True, None, b"33", {3, 4}, {3: 3}, (3, -3), (-3, -3), np.array([[3, 3]]),
     np.float64(9), [2] * 65, itertools.repeat(3), "x".join(["1"] * 65), "9" * 5000, (10**5000, 2), np.array(["3"])],
)  # fmt: skip
def test_what_is_no_kernel(kernel):
    with pytest.raises(KernelSizeError) as caught:
        check_kernel_size(kernel)
    assert len(str(caught.value)) < 200


def test_exact_is_the_maximum_itself_and_none_is_no_order_where_there_may_be_none():
    assert check_orders(9, "exact") == check_orders(9, " exact ") == (9,)
    assert check_orders(9, "none", maybe_none=True) == ()
    with pytest.raises(OrdersError):
        check_orders(9, "none")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exat", "neither a set of orders such as 0,1,d-1 nor a family; the nearest: exact"),
        ("Mean-And-Last", "the nearest: mean-and-last,"),
        ("top:j=0", "j is an integer >= 1 in the family top, not 0"),
        ("top:j", "a parameter of a family is written name=integer, not 'j'"),
        ("top:", "a parameter of a family is written name=integer, not ''"),
        ("top:i=1", "no parameter 'i'; it has: j"),
        ("top:j=" + "9" * 41, "name=integer"),
        ("mean:r=1", "it has: none"),
        ("top:j=9", "top, 0,d-9..d-1, needs kernel size >= 10, not 9"),
        ("٣", "no order"),
        ("0,1" * 10**5, "integers in 0..9, not 10"),
        ("x" * 10**6, "neither"),
        (" ".join(map(str, range(100))), "no order and no range$"),
    ],
)
def test_what_names_no_family(text, reason):
    with pytest.raises(InputError, match=reason) as caught:
        check_orders(9, text)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", closed_forms)
def test_every_closed_form_can_be_named(name):
    """The text and the formulas name the same orders, for every kernel size and parameters, and the same least one."""
    family = closed_forms[name]
    for values in product(range(1, 4), repeat=len(family.parameters)):
        given = dict(zip(family.parameters, values, strict=True))
        text = name + (":" + ",".join(f"{key}={value}" for key, value in given.items()) if given else "")
        member = family.at(**given)
        for d in range(2, 12):
            if d < member.valid_from:
                with pytest.raises(KernelSizeError):
                    check_orders(d, text)
            else:
                assert check_orders(d, text) == member.orders(d)
        assert choose_objective(None, text).name == family.objective


def test_every_name_is_that_of_a_closed_form():
    assert set(NAMED_ORDERS) == set(closed_forms)
