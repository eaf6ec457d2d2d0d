(** * Removing the intercept: E' becomes E'/(1-E')

    Claim: if the least error of the orders {0} and [R] is [E'], then that of [R] alone is [E'/(1-E')].

    Proof.  Both are one program of extrapolation ([Duality.v]) over the orders {0} and [R]: without the intercept the
    error is the bound [A] of the extrapolation, with it the error is [A/(1+A)]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Classes Duality Reduction FullSet Pair TopFamily.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Intercept.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (d : nat) (R : seq nat) (E : F).

Lemma half_lt1 : 2%:R^-1 < 1 :> F.
Proof. by rewrite invf_lt1 ?ltr1n ?ltr0n. Qed.

(** The intercept 1/2 alone comes within 1/2. *)
Lemma half_achieved d R : inner_orders d R -> approximates d (0%N :: R) (2%:R^-1 : F).
Proof.
move=> /allP inner; exists (fun r => if r == 0%N then 2%:R^-1 else 0) => z _; rewrite span_intercept /=.
rewrite [span R _ _]/span big_seq big1 ?addr0; last first.
  by move=> r /inner /andP[r_gt0 _]; rewrite (gtn_eqF r_gt0) mul0r.
have half_ge0 : 0 <= 2%:R^-1 :> F by rewrite invr_ge0 ler0n.
case: eqP => _; last by rewrite sub0r normrN ger0_norm.
have two_neq0 : 2%:R <> 0 :> F by apply/eqP; rewrite pnatr_eq0.
by rewrite (_ : 1%:R - 2%:R^-1 = 2%:R^-1 :> F) ?ger0_norm //; normal_field F.
Qed.

Lemma least_without_intercept d R (E' : F) :
  (0 < d)%N -> inner_orders d R ->
  least_error (achievable d (0%N :: R)) E' -> least_error (achievable d R) (E' / (1 - E')).
Proof.
move=> d_gt0 inner least E; rewrite (achievable_no_intercept _ d_gt0 inner).
have approx E0 : approximates d (0%N :: R) E0 <-> E' <= E0 by rewrite -(achievable_intercept _ inner); apply: least.
have E'_lt1 : E' < 1 by apply: le_lt_trans half_lt1; apply/approx/half_achieved.
have pos : 0 < 1 - E' by rewrite subr_gt0.
split=> [extra | le_E]; last first.
  by apply: extrapolates_weaken le_E _; apply: extrapolates_approximates => //; apply/approx.
have E_ge0 := extrapolates_ge0 d_gt0 extra.
have := approximates_extrapolates E_ge0 extra; rewrite approx.
have E1_gt0 : 0 < 1 + E by rewrite ltr_paddr ?ltr01.
rewrite ler_pdivl_mulr // ler_pdivr_mulr // mulrDr mulr1 -ler_subr_addr => le_E'.
by apply: le_trans le_E' _; rewrite mulrBr mulr1 [E * E']mulrC.
Qed.

Lemma inverse_without_intercept (n : F) : n != 0 -> n^-1 / (1 - n^-1) = (n - 1)^-1.
Proof.
move=> n_neq0; rewrite -invf_div; congr (_^-1).
by rewrite invrK mulrBl mul1r mulVf.
Qed.

End Intercept.

(** Theorem: if the least error on the cube of the intercept and orders R out of 1..d-1 is E', that of R alone is
    E'/(1-E'). That there is one is proved in [Existence.v]. *)
Theorem removing_the_intercept (F : realFieldType) (d : nat) (orders : seq nat) (E' : F) :
  (0 < d)%N -> (forall r, r \in orders -> (0 < r < d)%N) ->
  least_error (achievable_on_cube d (0%N :: orders)) E' ->
  least_error (achievable_on_cube d orders) (E' / (1 - E')).
Proof.
move=> d_gt0 inner least E; have upto r : r \in orders -> (r <= d)%N by move/inner/andP=> [_ /ltnW].
rewrite reduction //; apply: least_without_intercept => //; first exact/allP.
by move=> E0; rewrite -reduction // => r; rewrite inE => /predU1P[-> | /upto].
Qed.

(** Theorem: the orders d-j..d-1 without the intercept, 1 <= j <= d-1, achieve the error E on the cube if and only if
    E >= 1/(2 sum_{k<=j} C(d-1,k) - 1). *)
Theorem top_family_without_intercept (F : realFieldType) (d j : nat) (E : F) :
  (0 < j < d)%N ->
  achievable_on_cube d (iota (d - j) j) E <-> ((2 * \sum_(k < j.+1) 'C(d.-1, k))%:R - 1)^-1 <= E.
Proof.
case/andP=> j_gt0 lt_jd; have d_gt0 := leq_ltn_trans (leq0n j) lt_jd.
have nz : (2 * \sum_(k < j.+1) 'C(d.-1, k))%:R != 0 :> F.
  by rewrite pnatr_eq0 muln_eq0 /= big_ord_recl bin0.
rewrite -inverse_without_intercept //; apply: removing_the_intercept E => //; first exact: top_inner.
by move=> E; apply: top_family.
Qed.

(** Theorem: the orders 1..d-1 achieve the error E on the cube if and only if E >= 1/(2^d - 1), for every d >= 2. *)
Theorem full_set_without_intercept (F : realFieldType) (d : nat) (E : F) :
  (1 < d)%N -> achievable_on_cube d (iota 1 d.-1) E <-> (2%:R ^+ d - 1)^-1 <= E.
Proof.
move=> d_gt1; have d_gt0 := ltnW d_gt1; have nz : 2%:R ^+ d != 0 :> F by rewrite expf_neq0 // pnatr_eq0.
rewrite -inverse_without_intercept //; apply: removing_the_intercept E => //.
  by apply/allP; apply: inner_orders_iota.
by move=> E; rewrite -iota_zero //; apply: full_set_on_cube.
Qed.

(** Theorem: the order r alone, 1 <= r <= d-1, achieves the error E on the cube if and only if E >= 1/(2d/(d-r) - 1). *)
Theorem single_without_intercept (F : realFieldType) (d r : nat) (E : F) :
  (0 < r < d)%N -> achievable_on_cube d [:: r] E <-> ((2 * d)%:R / (d - r)%:R - 1)^-1 <= E.
Proof.
move=> range; have /andP[r_gt0 lt_rd] := range; have d_gt0 : (0 < d)%N := ltn_trans r_gt0 lt_rd.
have nz : (2 * d)%:R / (d - r)%:R != 0 :> F.
  by rewrite mulf_neq0 ?invr_neq0 // pnatr_eq0 -lt0n ?muln_gt0 ?subn_gt0.
rewrite -inverse_without_intercept // invf_div; apply: removing_the_intercept E => //.
  by move=> s; rewrite inE => /eqP->.
by move=> E; apply: pair_on_cube.
Qed.
