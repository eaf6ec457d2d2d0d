(** * The claims about signed in-forests, as [Statements.v] says them *)

From mathcomp Require Import all_ssreflect.
From Subpool Require Forests.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(** Theorem: the claim two-layers-forests. *)
Theorem two_layers_forests : Statements.two_layers_forests.
Proof. by move=> F d d_ge2 q; exact: Forests.card_in_forests. Qed.
