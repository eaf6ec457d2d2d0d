(** * Parity

    Claim: for orders [R] below [d] that contain 0, the least error for the parity of the number of ones, at 0/1
    vectors, is 1/2, that of the constant 1/2.

    Proof.  The weights [w_z = (-1)^(d+z) C(d,z)] are orthogonal to the [C(z,r)] with [r < d], and so add up to 0.  At
    [z] zeros the number of ones is odd iff [w_z < 0], so that the weights give the parity [- sum_z |w_z| / 2]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Binomials Classes Duality Reduction OtherTargets TargetReduction.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Parity.

Variables (F : realFieldType) (d : nat).

(** The parity at 0/1 vectors with [z] zeros. *)
Definition parity_of_ones z : F := (odd (d - z))%:R.

Lemma ones_of_zeros (x : 'I_d -> F) : zero_one x -> #|[set i | x i == 1]| = (d - #|zeros x|)%N.
Proof.
move=> vertex_x; rewrite (_ : [set i | x i == 1] = ~: zeros x); first by rewrite cardsCs setCK card_ord.
by apply/setP=> i; rewrite !inE; case: (vertex_x i) => ->; rewrite ?eqxx ?oner_eq0 // eq_sym oner_eq0.
Qed.

Lemma parity_weight z :
  (z <= d)%N ->
  alternating_binomial F d z * parity_of_ones z = (alternating_binomial F d z - `|alternating_binomial F d z|) / 2%:R.
Proof.
move=> le_zd; rewrite /alternating_binomial /parity_of_ones normrM sign_abs mul1r normr_nat -signr_odd oddD oddB //.
have two_neq0 : 2%:R != 0 :> F by rewrite pnatr_eq0.
case: (odd d (+) odd z); rewrite /= ?expr0 ?expr1 ?mulr0 ?mul1r ?subrr ?mul0r //.
by apply: (mulIf two_neq0); rewrite divfK // mulr1 mulN1r mulr_natr mulr2n.
Qed.

Lemma parity_bound R beta E :
  (0 < d)%N -> (forall r, r \in R -> (r < d)%N) -> vertices_within d parity_of_ones R beta E -> 2%:R^-1 <= E.
Proof.
move=> d_gt0 below bound; pose places := [seq (z, alternating_binomial F d z) | z <- iota 0 d.+1].
have sums (f : nat * F -> F) : \sum_(p <- places) f p = \sum_(z < d.+1) f (nat_of_ord z, alternating_binomial F d z).
  by rewrite big_map -[d.+1]subn0 -/(index_iota 0 d.+1) big_mkord.
have zero r : (r < d)%N -> \sum_(p <- places) p.2 * 'C(p.1, r)%:R = 0.
  by move=> lt_rd; rewrite sums alternating_binomial_moment.
have upto : all (fun p => (p.1 <= d)%N) places.
  by rewrite all_map; apply/allP=> z; rewrite mem_iota add0n ltnS.
have sum0 : \sum_(p <- places) p.2 = 0.
  by rewrite -[RHS](zero 0%N d_gt0); apply: eq_bigr => p _; rewrite bin0 mulr1.
have := places_bound upto (fun r in_r => feature_moment d sum0 (fun=> zero r (below r in_r))) bound.
rewrite [X in E * X]sums /= [X in `|X|]sums; set size := \sum_(z < d.+1) `|_|.
have -> : \sum_(z < d.+1) alternating_binomial F d z * parity_of_ones z = - (size / 2%:R).
  transitivity ((\sum_(z < d.+1) alternating_binomial F d z - size) / 2%:R).
    by rewrite -sumrB mulr_suml; apply: eq_bigr => z _; rewrite parity_weight // -ltnS.
  by move: sum0; rewrite sums => ->; rewrite sub0r mulNr.
have size_gt0 : 0 < size.
  rewrite /size big_ord_recr /= alternating_binomial_d normr1 ltr_paddl ?ltr01 //.
  by apply: sumr_ge0 => z _; exact: normr_ge0.
by rewrite normrN ger0_norm ?divr_ge0 ?ler0n ?(ltW size_gt0) // mulrC ler_pmul2r.
Qed.

Lemma half_within z : `|parity_of_ones z - 2%:R^-1| <= 2%:R^-1.
Proof.
have half_ge0 : 0 <= 2%:R^-1 :> F by rewrite invr_ge0 ler0n.
rewrite /parity_of_ones; case: (odd _); last by rewrite sub0r normrN ger0_norm.
rewrite (_ : 1%:R - 2%:R^-1 = 2%:R^-1) ?ger0_norm //; apply/eqP; rewrite subr_eq -mulr2n -[_ *+ 2]mulr_natr mulVf //.
by rewrite pnatr_eq0.
Qed.

End Parity.

(** Theorem: for orders below d with the intercept, the least error for the parity of the number of ones, at the 0/1
    vectors, is 1/2. *)
Theorem parity (F : realFieldType) (d : nat) (orders : seq nat) :
  uniq orders -> 0%N \in orders -> (forall r, r \in orders -> (r < d)%N) ->
  least_error (target_achievable_01 (fun x : 'I_d -> F => (odd #|[set i | x i == 1]|)%:R) orders) 2%:R^-1.
Proof.
move=> uniq_R in_0 below E; have d_gt0 : (0 < d)%N := below 0%N in_0.
have same beta (x : 'I_d -> F) : zero_one x ->
    (odd #|[set i | x i == 1]|)%:R - \sum_(r <- orders) beta r * subpool_max r x
    = parity_of_ones F d #|zeros x| - estimate d orders beta #|zeros x|.
  move=> vertex_x; rewrite ones_of_zeros // -/(parity_of_ones F d _) /estimate !big_seq; congr (_ - _).
  apply: eq_bigr => r /below lt_rd.
  by rewrite subpool_max_vertex // ltnW.
split=> [[beta bound] | le_E].
  apply: (parity_bound d_gt0 below (beta := beta)) => z /set_of_size[Z <-].
  by rewrite -(zeros_vertex F Z) -same ?bound //; exact: vertex_zero_one.
exists (fun r => if r == 0%N then 2%:R^-1 else 0) => x vertex_x; rewrite same //; apply: le_trans le_E.
rewrite (_ : estimate _ _ _ _ = 2%:R^-1) ?half_within // -[RHS](sum_at (fun=> 2%:R^-1) uniq_R in_0).
by apply: eq_bigr => r _; rewrite /feature; case: eqP; rewrite ?mulr1 ?mul0r.
Qed.
