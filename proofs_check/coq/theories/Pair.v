(** * One order beside the intercept: the least error is (d-r)/(2d)

    Claim: the orders {0, r}, [1 <= r <= d-1], achieve the error [E] iff [E >= (d-r)/(2d)].

    Proof.  Both sides of the duality are explicit, with [L = (d+r)/(d-r)], so that [1/(L+1) = (d-r)/(2d)].  The
    function [-1 + 2 C(z,r)/C(d-1,r)] is within [-1,1] on z = 0..d-1 and has the value [L] at [d], since
    [d C(d-1,r) = (d-r) C(d,r)].  The weights [r/(d-r)] at 0, [-d/(d-r)] at d-1 and 1 at d are orthogonal to 1 and to
    [C(z,r)], and those before [d] have the total size [L] ([FewPlaces.v]). *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Reduction FewPlaces.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Pair.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types d r z : nat.

Lemma sum_pick (n k : nat) (f : nat -> F) : (k < n)%N -> \sum_(z < n) (z == k :> nat)%:R * f z = f k.
Proof.
move=> lt_kn; rewrite (bigD1 (Ordinal lt_kn)) //= eqxx mul1r big1 ?addr0 // => i ne_k.
by rewrite (_ : (i == k :> nat) = false) ?mul0r //; apply/negbTE; apply: contraNneq ne_k => def_i; apply/eqP/val_inj.
Qed.

Variables d r : nat.
Hypotheses (r_gt0 : (0 < r)%N) (lt_rd : (r < d)%N).

Let D : F := d%:R.
Let K : F := r%:R.
Let gap_gt0 : 0 < D - K. Proof. by rewrite subr_gt0 ltr_nat. Qed.
Let K_gt0 : 0 < K. Proof. by rewrite ltr0n. Qed.
Let D_gt0 : 0 < D. Proof. by rewrite ltr0n (leq_trans _ lt_rd). Qed.
Let gap_neq0 : D - K <> 0. Proof. by apply/eqP/lt0r_neq0. Qed.

Definition pair_constant : F := (D + K) / (D - K).

Definition pair_coefficients (s : nat) : F := if s == 0%N then -1 else 2%:R / 'C(d.-1, r)%:R.

Definition pair_places : seq (nat * F) := [:: (0%N, - (K / (D - K))); (d.-1, D / (D - K))].

Let d_gt1 : (1 < d)%N. Proof. exact: leq_ltn_trans r_gt0 lt_rd. Qed.

Lemma bin_below : 'C(d.-1, r)%:R * D = (D - K) * 'C(d, r)%:R :> F.
Proof. by rewrite /D /K -(natrB _ (ltnW lt_rd)) -[LHS]natrM -[RHS]natrM -mul_bin_down mulnC. Qed.

Let below_gt0 : 0 < 'C(d.-1, r)%:R :> F.
Proof. by rewrite ltr0n bin_gt0 -ltnS prednK // ltnW. Qed.

Lemma pair_span z : span [:: 0%N; r] pair_coefficients z = -1 + 2%:R / 'C(d.-1, r)%:R * 'C(z, r)%:R.
Proof. by rewrite /span !big_cons big_nil bin0 mulr1 addr0 /pair_coefficients (gtn_eqF r_gt0). Qed.

Lemma pair_solved : solved d [:: 0%N; r] pair_coefficients pair_places pair_constant.
Proof.
split.
- exact: ltnW.
- by rewrite divr_gt0 // addr_gt0.
- rewrite pair_span; have := bin_below; have /lt0r_neq0/eqP := below_gt0.
  move: 'C(d.-1, r)%:R 'C(d, r)%:R => b c b_neq0 def_c.
  have -> : c = b * D / (D - K) by rewrite def_c [_ * c]mulrC mulfK //; apply/eqP.
  by rewrite /pair_constant; normal_field F.
- move=> z lt_zd; rewrite pair_span ler_norml ler_addl ?mulr_ge0 ?invr_ge0 ?ler0n //=.
  rewrite addrC ler_subl_addr mulrAC ler_pdivr_mulr // -[1 + 1]/(2%:R) ler_pmul2l ?ltr0n // ler_nat.
  by apply: leq_bin2l; rewrite -ltnS prednK // ltnW.
- by rewrite /= (ltnW d_gt1) prednK ?leqnn // ltnW.
- move=> s; rewrite !inE !big_cons big_nil addr0 /= => /orP[/eqP-> | /eqP->].
    by rewrite !bin0; normal_field F.
  rewrite (bin_small r_gt0) mulr0 add0r; have := bin_below; move: 'C(d.-1, r)%:R 'C(d, r)%:R => b c def_c.
  by rewrite mulrAC [D * b]mulrC def_c [_ * c]mulrC mulfK //; apply/eqP.
rewrite !big_cons big_nil addr0 /= normrN !ger0_norm ?divr_ge0 ?ltW // -mulrDl addrC.
by [].
Qed.

Lemma pair_constant_gt0 : 0 < pair_constant.
Proof. by rewrite divr_gt0 // addr_gt0. Qed.

Lemma pair_value : (pair_constant + 1)^-1 = (d - r)%:R / (2 * d)%:R.
Proof.
rewrite (natrB _ (ltnW lt_rd)) natrM -/D -/K.
have -> : pair_constant + 1 = 2%:R * D / (D - K) by rewrite /pair_constant; normal_field F.
by rewrite invf_div.
Qed.

End Pair.

(** Theorem: the orders 0 and r, 1 <= r <= d-1, achieve the error E at the vertices if and only if E >= (d-r)/(2d). *)
Theorem pair (F : realFieldType) (d r : nat) (E : F) :
  (0 < r < d)%N -> achievable d [:: 0%N; r] E <-> (d - r)%:R / (2 * d)%:R <= E.
Proof.
case/andP=> r_gt0 lt_rd; have least := solved_least (@pair_solved F d r r_gt0 lt_rd).
have inner : inner_orders d [:: r] by rewrite /= r_gt0 lt_rd.
by have := least_with_intercept (pair_constant_gt0 F r_gt0 lt_rd) inner least E; rewrite pair_value.
Qed.

(** Theorem: the orders 0 and r, 1 <= r <= d-1, achieve the error E on the whole cube [0,1]^d if and only if
    E >= (d-r)/(2d). *)
Theorem pair_on_cube (F : realFieldType) (d r : nat) (E : F) :
  (0 < r < d)%N -> achievable_on_cube d [:: 0%N; r] E <-> (d - r)%:R / (2 * d)%:R <= E.
Proof.
move=> range; have /andP[r_gt0 lt_rd] := range; rewrite reduction ?pair // ?(leq_trans _ lt_rd) //.
by move=> s; rewrite !inE => /orP[/eqP-> | /eqP->] //; apply: ltnW.
Qed.

(** Theorem: the intercept and the mean achieve the error E on the cube if and only if E >= (d-1)/(2d), d >= 2. *)
Theorem mean_on_cube (F : realFieldType) (d : nat) (E : F) :
  (1 < d)%N -> achievable_on_cube d [:: 0%N; 1%N] E <-> d.-1%:R / (2 * d)%:R <= E.
Proof. by move=> d_gt1; rewrite pair_on_cube // subn1. Qed.
