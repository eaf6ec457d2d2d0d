(** * Closed forms from a function and a few places

    To find the least error of a set of orders, two things suffice: a function of its span that is [L] at [d] and within
    [-1, 1] on 0..d-1, and a formula that extrapolates the span to [d] from values at a few places, with weights whose
    absolute values add up to [L].  Then the least bound of extrapolation is [1/L], and so the least error
    - is [1/(1 + L)] on the cube for the orders with the intercept,
    - is [1/L] on the cube for the orders without it, where 0 belongs to the span,
    - is [1/L] relative to the range, where 0 does not belong to the span. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Reduction.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section FewPlaces.

Variable F : realFieldType.
Implicit Types (d r z : nat) (R S : seq nat) (L : F) (gs : seq F) (places : seq (nat * F)).

(** sum of g C(z,r) over orders [S] with their coefficients [gs]. *)
Definition combination S gs z : F := \sum_(p <- zip S gs) p.2 * 'C(z, p.1)%:R.

Lemma span_combination S gs z :
  uniq S -> size gs = size S -> span S (fun r => gs`_(index r S)) z = combination S gs z.
Proof.
rewrite /span /combination; elim: S gs => [|r S IH] [|g gs] //=; first by rewrite !big_nil.
case/andP=> r_notin uniq_S [size_gs]; rewrite !big_cons /= eqxx -IH //; congr (_ + _).
by rewrite !big_seq; apply: eq_bigr => s in_S; case: eqP in_S r_notin => // -> ->.
Qed.

(** The value at [d] of a function of the span, from those at the places. *)
Definition extrapolating d S places : Prop :=
  forall r, r \in S -> \sum_(p <- places) p.2 * 'C(p.1, r)%:R = 'C(d, r)%:R.

Lemma few_places_bound d S places (A : F) :
  all (fun p => (p.1 < d)%N) places -> extrapolating d S places ->
  extrapolates d S A -> 1 <= A * \sum_(p <- places) `|p.2|.
Proof.
move=> /allP below extra [g [gd bound]]; rewrite -gd /span (eq_big_seq (fun r =>
  \sum_(p <- places) p.2 * (g r * 'C(p.1, r)%:R))); last first.
  by move=> r in_S; rewrite -extra // mulr_sumr; apply: eq_bigr => p _; rewrite mulrCA.
rewrite exchange_big mulr_sumr; apply: le_trans (ler_norm _) _; apply: le_trans (ler_norm_sum _ _ _) _.
rewrite !big_seq; apply: ler_sum => p in_ps; rewrite -mulr_sumr normrM mulrC ler_wpmul2r //.
by apply: bound; apply: below in_ps.
Qed.

(** A function and places that do so: they solve the problem of extrapolation, with the least bound [1/L]. *)
Record solved d S (g : nat -> F) places L : Prop := Solved {
  solved_d : (0 < d)%N;
  solved_positive : 0 < L;
  solved_at_d : span S g d = L;
  solved_within : forall z, (z < d)%N -> `|span S g z| <= 1;
  solved_below : all (fun p => (p.1 < d)%N) places;
  solved_extrapolating : extrapolating d S places;
  solved_size : \sum_(p <- places) `|p.2| = L }.

Lemma solved_least d S g places L : solved d S g places L -> least_error (extrapolates d S) L^-1.
Proof.
case=> d_gt0 L_gt0 at_d bound below extra size_L A; split=> [extra_A | le_A].
  by rewrite -[L^-1]mul1r ler_pdivr_mulr // -size_L; apply: few_places_bound extra_A.
apply: (extrapolates_weaken le_A); exists (fun r => L^-1 * g r); split.
  by rewrite span_scale at_d mulVf ?gt_eqF.
move=> z lt_zd; rewrite span_scale normrM gtr0_norm ?invr_gt0 //.
by rewrite -[X in _ <= X]mulr1 ler_pmul2l ?invr_gt0 // bound.
Qed.

(** The same with the coefficients as a list. *)
Definition listed S gs r : F := gs`_(index r S).

Definition solved_by d S gs places L : Prop := solved d S (listed S gs) places L.

Lemma few_places d S gs places L :
  (0 < d)%N -> 0 < L -> uniq S -> size gs = size S ->
  combination S gs d = L -> (forall z, (z < d)%N -> `|combination S gs z| <= 1) ->
  all (fun p => (p.1 < d)%N) places -> extrapolating d S places -> \sum_(p <- places) `|p.2| = L ->
  solved_by d S gs places L.
Proof.
move=> d_gt0 L_gt0 uniq_S size_gs at_d bound below extra size_L; split=> // [|z lt_zd].
  by rewrite span_combination.
by rewrite span_combination // bound.
Qed.

(** The span of some orders below [d], for coefficients that vanish at the others. *)
Lemma span_support d S (g : nat -> F) z :
  uniq S -> (forall r, r \in S -> (r < d)%N) -> (forall r, (r < d)%N -> r \notin S -> g r = 0) ->
  span S g z = span (iota 0 d) g z.
Proof.
move=> uniq_S below zero; rewrite /span [RHS](eq_big_seq (fun r => if r \in S then g r * 'C(z, r)%:R else 0)).
  rewrite -[RHS]big_mkcond -[RHS]big_filter; apply: perm_big; apply: uniq_perm => //.
    by rewrite filter_uniq ?iota_uniq.
  move=> r; rewrite mem_filter mem_iota /= add0n.
  by case in_S: (r \in S) => //=; rewrite below.
by move=> r; rewrite mem_iota add0n => /andP[_ lt_rd]; case: ifPn => // /(zero r lt_rd) ->; rewrite mul0r.
Qed.

(** ** The three problems *)

Lemma least_on_cube d R L :
  (0 < d)%N -> 0 < L -> inner_orders d R -> least_error (extrapolates d (0%N :: R)) L^-1 ->
  least_error (achievable_on_cube d (0%N :: R)) (L + 1)^-1.
Proof.
move=> d_gt0 L_gt0 inner least E; have /allP in_R := inner.
rewrite reduction //; last by move=> r; rewrite inE => /predU1P[-> // | /in_R /andP[_ /ltnW]].
exact: least_with_intercept.
Qed.

Lemma least_without d R L :
  (0 < d)%N -> inner_orders d R -> least_error (extrapolates d (0%N :: R)) L^-1 ->
  least_error (achievable_on_cube d R) L^-1.
Proof.
move=> d_gt0 inner least E; have /allP in_R := inner.
rewrite reduction //; last by move=> r /in_R /andP[_ /ltnW].
by rewrite achievable_no_intercept.
Qed.

Lemma least_relative d R L :
  (1 < d)%N -> inner_orders d R -> least_error (extrapolates d R) L^-1 ->
  least_error (achievable_relative d R) L^-1.
Proof.
by move=> d_gt1 inner least E; have /allP in_R := inner; rewrite reduction_relative // achievable_range_extrapolates.
Qed.

End FewPlaces.
