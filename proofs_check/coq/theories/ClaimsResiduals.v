(** * The claims about the law of the residual, as [Statements.v] says them *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Reduction SpacingMoments SplineMoments ResidualBeta.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

(** Theorem: the claim residual-moments. *)
Theorem residual_moments : Statements.residual_moments.
Proof.
move=> F d R [_ _ upto] d_gt1 beta.
have [mean mean_square] := SpacingMoments.residual_moments_uniform beta (ltnW d_gt1) upto.
by split=> // m; rewrite mean mulrC.
Qed.

(** Theorem: the claim residual-law. *)
Theorem residual_law : Statements.residual_law.
Proof.
move=> F d R k [uniq_R _ upto] d_gt1 notin beta e knot moment.
have law m := SplineMoments.residual_law beta k m (ltnW d_gt1) uniq_R upto notin.
by split=> [|m|m]; [have [differ _ _] := law 0 | have [_ spline _] := law m | have [_ _ mean] := law m].
Qed.

(** Theorem: the claim residual-beta. *)
Theorem residual_beta : Statements.residual_beta.
Proof.
move=> F d t d_gt1 beta e optimal a p; have d_gt0 := ltnW d_gt1; rewrite /a divn2 addn1.
apply: ResidualBeta.residual_beta => //; apply/(Reduction.residual_bounds _ _ d_gt0) => [r|]; last exact: optimal.
by rewrite mem_iota => /andP[_ /ltnW].
Qed.
