(** * The claims about signed in-forests, as [Statements.v] says them *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Forests ForestTheorem.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

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
