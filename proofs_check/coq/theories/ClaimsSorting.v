(** * The claims about one hidden layer, and about sorting, as [Statements.v] says them *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Merging OneLayer SortingWidth SortingAverage.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(** Theorem: the claim one-layer-is-not-enough. *)
Theorem one_layer_is_not_enough : Statements.one_layer_is_not_enough.
Proof.
move=> F d d_ge3; split=> [k units | k net]; first exact: OneLayer.one_layer_is_not_enough.
exact: OneLayer.one_layer_is_not_enough_data.
Qed.

(** Theorem: the claim merging-sorted-lists. *)
Theorem merging_sorted_lists : Statements.merging_sorted_lists.
Proof. by move=> F a b k; rewrite addn1; exact: Merging.merging_sorted_lists. Qed.

(** Theorem: the claim sorting-width. *)
Theorem sorting_width : Statements.sorting_width.
Proof. by move=> F d R [_ _ upto] d_gt1 beta; exact: SortingWidth.sorting_width. Qed.

(** Theorem: the claim sorting-one-layer-less. *)
Theorem sorting_one_layer_less : Statements.sorting_one_layer_less.
Proof. by move=> F d k beta _; rewrite addn1 => ->; exact: SortingAverage.sorting_one_layer_less. Qed.
