(** * The claims, as [Statements.v] says them

    From the theorems of the other files, which use the names and the forms that suit their proofs. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Reduction.
From Subpool Require Import FullSet Extremal TopFamily LowerBound.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** ** Sets of orders *)

Section Orders.

Variables (F : realFieldType) (d : nat).
Implicit Types (R S : seq nat) (E : F).

Lemma achievable_on_cube_perm R S E : perm_eq R S -> achievable_on_cube d R E <-> achievable_on_cube d S E.
Proof.
by move=> same; split=> -[beta bound]; exists beta => x /bound; rewrite (perm_big _ same) // perm_sym.
Qed.

Lemma achievable_relative_perm R S E : perm_eq R S -> achievable_relative d R E <-> achievable_relative d S E.
Proof.
move=> same; have sums f : \sum_(r <- R) f r = \sum_(r <- S) f r :> F by apply: perm_big.
split=> -[beta [sum1 bound]]; exists beta.
  by split; [rewrite -sums | move=> x lo hi /bound; rewrite sums].
by split; [rewrite sums | move=> x lo hi /bound; rewrite sums].
Qed.

(** The orders beside 0. *)
Lemma beside_intercept R :
  Statements.set_of_orders d R -> 0%N \in R -> d \notin R ->
  exists S, [/\ perm_eq R (0%N :: S), uniq S & forall r, r \in S -> (0 < r < d)%N].
Proof.
case=> uniq_R _ upto in_R notin_R; exists (rem 0%N R); split; [exact: perm_to_rem | exact: rem_uniq |].
move=> r; rewrite mem_rem_uniq // inE => /andP[r_neq0 in_r]; rewrite lt0n r_neq0 ltn_neqAle upto // andbT.
by apply: contraNneq notin_R => <-.
Qed.

Lemma without_intercept R :
  Statements.set_of_orders d R -> 0%N \notin R -> d \notin R -> forall r, r \in R -> (0 < r < d)%N.
Proof.
case=> _ _ upto notin_0 notin_d r in_r; rewrite lt0n ltn_neqAle upto // andbT.
by apply/andP; split; [apply: contraNneq notin_0 | apply: contraNneq notin_d] => <-.
Qed.

Lemma size_inner S : (0 < d)%N -> uniq S -> (forall r, r \in S -> (0 < r < d)%N) -> (size S < d)%N.
Proof.
move=> d_gt0 uniq_S inner; have := uniq_leq_size uniq_S (s2 := iota 1 d.-1).
by rewrite size_iota -ltnS prednK //; apply=> r /inner; rewrite mem_iota add1n prednK.
Qed.

End Orders.

(** ** Other claims *)

(** Theorem: the claim max-is-not-in-the-class. *)
Theorem max_is_not_in_the_class : Statements.max_is_not_in_the_class.
Proof.
move=> F d R [uniq_R _ upto] d_gt1 notin; split=> [|E]; first by rewrite invr_gt0 exprn_gt0 ?ltr0n.
apply: FullSet.max_is_not_in_the_class => //; first exact: ltnW.
by move=> r in_r; rewrite ltn_neqAle upto // andbT; apply: contraNneq notin => <-.
Qed.

(** Theorem: the claim extremal. *)
Theorem extremal : Statements.extremal.
Proof.
move=> F d R orders d_gt1 in_R notin h bound; have d_gt0 := ltnW d_gt1.
have [S [same uniq_S inner]] := beside_intercept orders in_R notin.
have def_h : h = size S by rewrite /h (perm_size same).
have lt_hd : (h < d)%N by rewrite def_h size_inner.
have def_bound : bound^-1 = (2 * \sum_(k < (size S).+1) 'C(d.-1, k))%:R^-1.
  by rewrite /bound def_h subn1 big_mkord natrM natr_sum.
split=> [E | top_R]; first by rewrite (achievable_on_cube_perm _ _ same) def_bound; exact: Extremal.extremal.
have same_top : perm_eq R (0%N :: iota (d - h) h).
  apply: uniq_perm => //; first by case: orders.
  by rewrite /= iota_uniq andbT mem_iota leqn0 subn_eq0 leqNgt lt_hd.
by rewrite (achievable_on_cube_perm _ _ same_top) top_family // def_bound def_h.
Qed.

(** Theorem: the claim extremal-range. *)
Theorem extremal_range : Statements.extremal_range.
Proof.
move=> F d R orders d_gt1 notin0 notin h bound; have inner := without_intercept orders notin0 notin.
have [uniq_R nonempty _] := orders.
have def_bound : bound^-1 = (\sum_(k < size R) 'C(d, k.+1))%:R^-1.
  by rewrite /bound big_add1 /= big_mkord natr_sum.
split=> [E | top_R]; first by rewrite def_bound; exact: Extremal.extremal_range.
have lt_hd : (0 < h < d)%N by rewrite /h (size_inner (ltnW d_gt1)) // andbT lt0n size_eq0; apply/eqP.
have same_top : perm_eq R (iota (d - h) h) by apply: uniq_perm => //; exact: iota_uniq.
by rewrite (achievable_relative_perm _ _ same_top) top_family_range // def_bound.
Qed.

Lemma terms_width d R S : perm_eq R (0%N :: S) -> Statements.terms d R = LowerBound.width d (0%N :: S).
Proof. by move=> same; rewrite /Statements.terms /LowerBound.width (perm_big _ same). Qed.

Lemma not_maximum d (R : seq nat) : (forall r, r \in R -> (r < d)%N) -> d \notin R.
Proof. by move=> below; apply/negP => /below; rewrite ltnn. Qed.

(** Theorem: the claim width-low-orders. *)
Theorem width_low_orders : Statements.width_low_orders.
Proof.
move=> F d R orders d_gt1 in_R low E.
have notin : d \notin R by apply: not_maximum => r /low le_d; nat_lia.
have [S [same uniq_S inner]] := beside_intercept orders in_R notin.
rewrite (achievable_on_cube_perm _ _ same) (terms_width _ same); apply: LowerBound.width_low_orders => //.
  exact: ltnW.
by move=> r in_S; have /andP[-> _] := inner r in_S; rewrite low // (perm_mem same) inE in_S orbT.
Qed.

(** Theorem: the claim width-high-orders. *)
Theorem width_high_orders : Statements.width_high_orders.
Proof.
move=> F d R orders d_gt1 in_R high E.
have notin : d \notin R.
  by apply: not_maximum => r /high[-> | /andP[_]]; [exact: ltnW | rewrite ltn_mul2l].
have [S [same uniq_S inner]] := beside_intercept orders in_R notin.
rewrite (achievable_on_cube_perm _ _ same) (terms_width _ same); apply: LowerBound.width_high_orders => //.
  exact: ltnW.
move=> r in_S; have /andP[r_gt0 lt_rd] := inner r in_S; rewrite r_gt0 lt_rd /=.
have /high[r0 | /andP[-> //]] : r \in R by rewrite (perm_mem same) inE in_S orbT.
by rewrite r0 in r_gt0.
Qed.

(** Theorem: the claim width. *)
Theorem width : Statements.width.
Proof.
move=> F d R orders d_gt1 in_R notin E; have [S [same uniq_S inner]] := beside_intercept orders in_R notin.
rewrite (achievable_on_cube_perm _ _ same) (terms_width _ same); apply: width_bound => //; exact: ltnW.
Qed.

(** Theorem: the claim link. *)
Theorem link : Statements.link.
Proof. by move=> F [|d] R // _ _ E; exact: lowered_orders. Qed.

(** Theorem: the claim vertex-features. *)
Theorem vertex_features : Statements.vertex_features.
Proof.
move=> F d r z _ /andP[r_gt0 le_rd] x vertex_x <-; rewrite Reduction.vertex_features // /feature gtn_eqF //.
Qed.

(** Theorem: the claim reduction-to-vertices. *)
Theorem reduction_to_vertices : Statements.reduction_to_vertices.
Proof.
move=> F d R beta x [_ _ upto] d_gt1 in_x e; have d_gt0 := ltnW d_gt1; split=> [p sorted_x | E].
  exact: residual_by_spacings.
exact: residual_bounds.
Qed.

(** Theorem: the claim symmetrisation. *)
Theorem symmetrisation : Statements.symmetrisation.
Proof.
move=> F d R [uniq_R _ upto] d_gt1 _ E; have d_gt0 := ltnW d_gt1.
by rewrite reduction_by_subsets // reduction.
Qed.
