r"""Search for identities of the maximum: exact, over a library of candidate terms, or a proof that it has none.

The library has the terms relu(A - B), where A and B are sums of equally many (``summands``) maxima M_S over few inputs:
as many as one hidden layer less can take. An identity is a solution c of linear equations, found as follows.

*Equations.* On the cone of inputs in one order, x = (a number) + a combination of the gaps g_i >= 0 between neighbours
in the order, every M_S is linear, and relu(A - B) bends where the linear form A - B in the gaps is 0, inside the cone
if it has coefficients of both signs. ReLUs of forms of which no two are proportional are linearly independent, and
independent of linear functions. So a combination of terms is linear on the cone if and only if, for every primitive
form, the multiples of it that occur cancel. A function that is linear on all cones is the maximum if it is so at the
0/1 vectors, which generate the cones together with (1, .., 1) and its negative, along which all terms are constant.

*Symmetry.* Averaging an identity over permutations of the inputs gives an identity. So one exists in the library if
and only if a symmetric one does: that is one cone, and one unknown for each type of term. If it does not exist,
multipliers of the equations prove it (:class:`NoIdentity`). If it does, l1-minimising linear programs whose weights are
renewed from the last solution look for few terms among those that are invariant under a chosen group of permutations.
The floats of the linear program only choose the terms; the coefficients are solved for exactly.

``python -m tools.identities 5 2`` and ``6 2`` take seconds, ``7 2 --summands 3`` and ``8 2 --summands 3`` minutes. The
last two show that two hidden layers suffice for seven and for eight numbers too, with many thousand ReLUs in the
second; in the library with two summands there is no identity for seven, which says nothing about other libraries.
"""

from tools.identities.check import check_identity
from tools.identities.find import NoIdentity, search_max_identity

__all__ = ["NoIdentity", "check_identity", "search_max_identity"]
