(** * The claims about signed in-forests, as [Statements.v] says them *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Forests ForestTheorem ForestSizes.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem: the claim two-layers-forests. *)
Theorem two_layers_forests : Statements.two_layers_forests.
Proof. by move=> F d d_ge2 q; exact: Forests.card_in_forests. Qed.

(** Theorem: the claim two-layers. *)
Theorem two_layers : Statements.two_layers.
Proof.
move=> F d q x _ _ i least _ smallest; split; first exact: ForestTheorem.closed_formula.
by move=> A iota E; exact: ForestTheorem.coefficients_by_expansion.
Qed.

(** Theorem: the claim two-layers-formula. *)
Theorem two_layers_formula : Statements.two_layers_formula.
Proof. by move=> F d q x _ _ i least _; exact: ForestTheorem.closed_formula. Qed.

(** Theorem: the claim two-layers-size. *)
Theorem two_layers_size : Statements.two_layers_size.
Proof.
move=> F d d_ge2 i; split; last first.
  by move=> G p prime_p divides; exact: ForestSizes.primes_of_denominators d_ge2 prime_p divides.
have := ForestSizes.card_absolute_values i d_ge2; rewrite -(ler_nat F) natrD !natrM natrX natrD natrM => bound.
by rewrite mulrC ler_pdivl_mulr ?ltr0n // mulrC ler_subr_addr.
Qed.
