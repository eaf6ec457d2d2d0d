(** * The maximum of eight numbers in two hidden layers

    Claim: a multiple of the maximum of eight numbers is a multiple of their sum, a multiple of the sum of the maxima of
    two, over all ordered pairs, and the sum of c relu(f) over all images of the rows under permutations, for all
    numbers of an ordered field.  An image that several permutations lead to counts as often; 236,446 are different.

    Proof.  By the checker of [Maxima.v], in one order of the numbers, which is enough by
    symmetry: 40320 permutations of 30 rows. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Maxima MaximaData.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(** Theorem: the maximum of eight numbers, times 2,419,200, is a multiple of their sum, a multiple of the sum of the
    maxima of all pairs, and the sum of multiples of the ReLUs of all images of the rows under permutations. *)
Theorem max_of_eight (F : realFieldType) (x : seq F) :
  size x = 8 -> identity_of_eight x.
Proof. by apply: symmetric_by_checking; vm_cast_no_check (erefl true). Qed.
