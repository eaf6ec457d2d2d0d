(** * Least errors exist

    Over an ordered field without limits, that there is a least error has to be proved: by Fourier's and Motzkin's
    elimination.  A system of finitely many linear inequalities in the error [E] and other unknowns is solvable, for a
    given [E], iff finitely many linear inequalities in [E] alone hold: an unknown is eliminated by adding, for each two
    inequalities where it has coefficients of opposite signs, multiples of them in which it cancels.  Of the [E] that
    satisfy finitely many inequalities and that are bounded from below there is a least one. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Classes Duality Reduction Intercept.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Elimination.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (n k : nat) (E t : F) (v : nat -> F) (L U : seq F).

(** An inequality [c <= sum_(k <= n) a_k v_k] in the unknowns [v_0, v_1, ..., v_n]. *)
Definition inequality : Type := ((nat -> F) * F)%type.

Implicit Types (c p q : inequality) (S : seq inequality).

Definition left n v c : F := \sum_(k < n.+1) c.1 k * v k.

Definition holds n v c : Prop := c.2 <= left n v c.

(** The first unknown is [E]. *)
Definition solvable n S E : Prop := exists2 v, v 0%N = E & forall c, List.In c S -> holds n v c.

(** Between finitely many numbers and finitely many that are no smaller. *)
Lemma number_between L U :
  (forall l u, l \in L -> u \in U -> l <= u) ->
  exists t, (forall l, l \in L -> l <= t) /\ (forall u, u \in U -> t <= u).
Proof.
elim: L => [|l L IH] le_LU.
  elim: U {le_LU} => [|u U [t [_ below]]]; first by exists 0.
  exists (Num.min u t); split=> // w; rewrite inE => /predU1P[-> | /below le_t]; first by rewrite le_minl lexx.
  by rewrite le_minl le_t orbT.
have [t [above below]] : exists t, (forall l, l \in L -> l <= t) /\ (forall u, u \in U -> t <= u).
  by apply: IH => k u in_L; apply: le_LU; rewrite inE in_L orbT.
exists (Num.max l t); split=> [k | u in_U].
  by rewrite inE => /predU1P[-> | /above le_t]; rewrite le_maxr ?lexx ?le_t ?orbT.
by rewrite le_maxl below // le_LU // mem_head.
Qed.

Lemma in_map (T : Type) (f : T -> F) (s : seq T) x : x \in map f s -> exists2 y, List.In y s & x = f y.
Proof.
elim: s => //= y s IH; rewrite inE => /predU1P[-> | /IH [w in_s ->]]; first by exists y => //; left.
by exists w => //; right.
Qed.

Lemma map_in (T : Type) (f : T -> F) (s : seq T) y : List.In y s -> f y \in map f s.
Proof. by elim: s => //= w s IH [-> | /IH in_s]; rewrite inE ?eqxx ?in_s ?orbT. Qed.

(** The combination in which the unknown [m] cancels. *)
Definition combine m p q : inequality :=
  ((fun k => - q.1 m * p.1 k + p.1 m * q.1 k), - q.1 m * p.2 + p.1 m * q.2).

Lemma left_combine n m v p q : left n v (combine m p q) = - q.1 m * left n v p + p.1 m * left n v q.
Proof. by rewrite /left !mulr_sumr -big_split; apply: eq_bigr => k _; rewrite /= mulrDl !mulrA. Qed.

Lemma left_next n v c : left n.+1 v c = left n v c + c.1 n.+1 * v n.+1.
Proof. by rewrite /left big_ord_recr. Qed.

Definition eliminate m S : seq inequality :=
  List.filter (fun c => c.1 m == 0) S
  ++ List.flat_map (fun p => List.map (combine m p) (List.filter (fun q => q.1 m < 0) S))
       (List.filter (fun p => 0 < p.1 m) S).

Lemma elimination n S E : solvable n.+1 S E <-> solvable n (eliminate n.+1 S) E.
Proof.
split=> -[v v0 all_hold].
  exists v => // c /(List.in_app_or _ _ _) [/List.filter_In [in_S /eqP zero] | ].
    by have := all_hold c in_S; rewrite /holds left_next zero mul0r addr0.
  move/List.in_flat_map=> [p [/List.filter_In [in_p pos] /List.in_map_iff [q [<- /List.filter_In [in_q neg]]]]].
  have := all_hold p in_p; have := all_hold q in_q; rewrite /holds !left_next left_combine /=.
  have neg' : 0 < - q.1 n.+1 by rewrite oppr_gt0.
  rewrite -(ler_pmul2l pos) => le_q; rewrite -(ler_pmul2l neg') => le_p.
  apply: le_trans (ler_add le_p le_q) _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
  move: (q.1 n.+1) (p.1 n.+1) (left n v p) (left n v q) (v n.+1) => a b x y t; by normal_ring F.
pose bound c := (c.2 - left n v c) / c.1 n.+1.
pose P := List.filter (fun p : inequality => 0 < p.1 n.+1) S.
pose N := List.filter (fun q : inequality => q.1 n.+1 < 0) S.
have [t [above below]] : exists t, (forall l, l \in map bound P -> l <= t) /\ (forall u, u \in map bound N -> t <= u).
  apply: number_between => _ _ /in_map[p in_p ->] /in_map[q in_q ->].
  have [in_pS pos] := (List.filter_In _ _ _).1 in_p; have [in_qS neg] := (List.filter_In _ _ _).1 in_q.
  have : holds n v (combine n.+1 p q).
    apply: all_hold; apply: List.in_or_app; right; apply/List.in_flat_map; exists p; split=> //.
    exact: List.in_map.
  rewrite /holds left_combine /= /bound => le_pq.
  rewrite ler_pdivr_mulr // mulrAC ler_ndivl_mulr //.
  move: le_pq; rewrite -subr_ge0 => le_pq; rewrite -subr_ge0.
  apply: le_trans le_pq _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
  move: (q.1 n.+1) (p.1 n.+1) (left n v p) (left n v q) (p.2) (q.2) => a b x y e f; by normal_ring F.
pose v' k := if k == n.+1 then t else v k.
have same c : left n v' c = left n v c.
  by apply: eq_bigr => k _; rewrite /v' (ltn_eqF (ltn_ord k)).
exists v' => // c in_S; rewrite /holds left_next same (_ : v' n.+1 = t); last by rewrite /v' eqxx.
case: (ltgtP (c.1 n.+1) 0) => [neg | pos | zero].
- have : t <= bound c by apply/below/map_in/List.filter_In.
  by rewrite /bound ler_ndivl_mulr // ler_subl_addr addrC mulrC.
- have : bound c <= t by apply/above/map_in/List.filter_In.
  by rewrite /bound ler_pdivr_mulr // ler_subl_addr addrC mulrC.
have : holds n v c by apply: all_hold; apply: List.in_or_app; left; apply/List.filter_In; rewrite zero eqxx.
by rewrite zero mul0r addr0.
Qed.

Lemma eliminate_all n S : exists S', forall E, solvable n S E <-> solvable 0 S' E.
Proof.
elim: n S => [|n IH] S; first by exists S.
have [S' same] := IH (eliminate n.+1 S); exists S' => E; rewrite elimination; exact: same.
Qed.

(** Of the solvable [E], some [E] and a lower bound given, there is a least one. *)
Lemma least_solvable n S E0 B :
  solvable n S E0 -> (forall E, solvable n S E -> B <= E) ->
  exists2 e, solvable n S e & forall E, solvable n S E -> e <= E.
Proof.
have [S' same] := eliminate_all n S; rewrite same => sol0 lower.
have alone E : solvable 0 S' E <-> forall c, List.In c S' -> c.2 <= c.1 0%N * E.
  split=> [[v v0 all_hold] c /all_hold | all_hold].
    by rewrite /holds /left big_ord1 v0.
  by exists (fun=> E) => // c /all_hold; rewrite /holds /left big_ord1.
pose bound c := c.2 / c.1 0%N; pose P := List.filter (fun c : inequality => 0 < c.1 0%N) S'.
have bounds E : solvable 0 S' E -> forall l, l \in map bound P -> l <= E.
  move=> /alone all_hold _ /in_map[c /List.filter_In [in_S pos] ->].
  by rewrite /bound ler_pdivr_mulr // mulrC all_hold.
have [e [above below]] : exists t, (forall l, l \in B :: map bound P -> l <= t)
    /\ (forall u, u \in [:: \big[Num.max/B]_(l <- map bound P) l] -> t <= u).
  apply: number_between => l u; rewrite !inE => in_l /eqP->.
  elim: (map bound P) in_l => [|k s IH]; first by rewrite orbF big_nil => /eqP->.
  rewrite big_cons inE le_maxr => /or3P[B_l | /eqP-> | in_s]; rewrite ?lexx ?IH ?B_l ?in_s ?orbT //.
have smallest E : solvable 0 S' E -> e <= E.
  move=> solE; apply: le_trans (below _ (mem_head _ _)) _; have := bounds E solE.
  elim: (map bound P) => [|k s IH] le_E; first by rewrite big_nil lower // same.
  rewrite big_cons le_maxl le_E ?mem_head // IH // => l in_s.
  by rewrite le_E // inE in_s orbT.
exists e; last by move=> E; rewrite same; apply: smallest.
rewrite same; apply/alone => c in_S; have le_E0 := smallest E0 sol0; have := (alone E0).1 sol0 c in_S.
case: (ltgtP (c.1 0%N) 0) => [neg | pos | ->]; last by rewrite !mul0r.
  by move/le_trans; apply; rewrite ler_nmul2l.
move=> _; have in_b : bound c \in map bound P by apply: map_in; apply/List.filter_In.
by rewrite mulrC -ler_pdivr_mulr //; apply: (above (bound c)); rewrite inE in_b orbT.
Qed.

End Elimination.

Section Existence.

Variable F : realFieldType.
Implicit Types (d n r z : nat) (R : seq nat) (E : F).

(** The inequalities in [E] and the coefficients: for each vertex, the residual and its opposite are at most [E]. *)
Definition vertex_inequality d R (s : F) z : inequality F :=
  ((fun k => if k is i.+1 then s * feature F d (nth 0%N R i) z else 1), s * target F d z).

Definition vertex_inequalities d R zs : seq (inequality F) :=
  List.app (List.map (vertex_inequality d R 1) zs) (List.map (vertex_inequality d R (-1)) zs).

Lemma left_vertex d R (s : F) z v :
  left (size R) v (vertex_inequality d R s z) = v 0%N + s * \sum_(i < size R) v i.+1 * feature F d (nth 0%N R i) z.
Proof.
rewrite /left big_ord_recl /= mul1r mulr_sumr; congr (_ + _); apply: eq_bigr => i _.
by rewrite /bump add1n mulrAC mulrA.
Qed.

Lemma estimate_nth d R (beta : nat -> F) z :
  estimate d R beta z = \sum_(i < size R) beta (nth 0%N R i) * feature F d (nth 0%N R i) z.
Proof. by rewrite /estimate (big_nth 0%N) big_mkord. Qed.

Lemma within_iff (x E : F) : (`|x| <= E) <-> (x <= E /\ - x <= E).
Proof.
rewrite ler_norml ler_oppl; split=> [/andP[lower upper] | [upper lower]]; first by [].
by rewrite lower.
Qed.

Lemma list_in (z : nat) zs : List.In z zs <-> z \in zs.
Proof.
elim: zs => //= y zs IH; rewrite inE; split=> [[-> | /IH ->] | /predU1P[-> | /IH in_zs]]; rewrite ?eqxx ?orbT //.
  by left.
by right.
Qed.

(** The estimator whose coefficients are unknowns of the system, and the unknowns of an estimator. *)
Definition unknown_coefficients R (v : nat -> F) r : F := v (index r R).+1.

Definition unknowns R (E : F) (beta : nat -> F) k : F := if k is i.+1 then beta (nth 0%N R i) else E.

Lemma unknown_estimate d R v z :
  uniq R -> \sum_(i < size R) v i.+1 * feature F d (nth 0%N R i) z = estimate d R (unknown_coefficients R v) z.
Proof. by move=> uniq_R; rewrite estimate_nth; apply: eq_bigr => i _; rewrite /unknown_coefficients index_uniq. Qed.

Lemma estimator_holds d R zs beta E :
  (forall z, z \in zs -> `|residual d R beta z| <= E) ->
  forall c, List.In c (vertex_inequalities d R zs) -> holds (size R) (unknowns R E beta) c.
Proof.
move=> bound c /(List.in_app_or _ _ _) [] /List.in_map_iff [z [<- /list_in in_zs]];
have /within_iff [upper lower] := bound z in_zs; rewrite /holds left_vertex -estimate_nth /=.
  by rewrite !mul1r -ler_subl_addr.
by rewrite !mulN1r ler_subr_addr addrC; move: lower; rewrite opprB.
Qed.

Lemma holds_estimator d R zs v :
  uniq R -> (forall c, List.In c (vertex_inequalities d R zs) -> holds (size R) v c) ->
  forall z, z \in zs -> `|residual d R (unknown_coefficients R v) z| <= v 0%N.
Proof.
move=> uniq_R all_hold z in_zs.
have hold s : s = 1 \/ s = -1 -> s * target F d z <= v 0%N + s * estimate d R (unknown_coefficients R v) z.
  move=> cases; rewrite -unknown_estimate // -left_vertex; apply: (all_hold (vertex_inequality d R s z)).
  apply: List.in_or_app; have in_list := (list_in z zs).2 in_zs.
  by case: cases => ->; [left | right]; apply/List.in_map_iff; exists z.
apply/within_iff; rewrite /residual; split.
  by have := hold 1 (or_introl erefl); rewrite !mul1r -ler_subl_addr.
by have := hold (-1) (or_intror erefl); rewrite !mulN1r ler_subr_addr addrC opprB.
Qed.

Lemma achievable_solvable d R E :
  uniq R -> achievable d R E <-> solvable (size R) (vertex_inequalities d R (iota 0 d.+1)) E.
Proof.
move=> uniq_R; split=> [[beta bound] | [v v0 all_hold]].
  exists (unknowns R E beta) => //; apply: estimator_holds => z.
  by rewrite mem_iota add0n ltnS; apply: bound.
exists (unknown_coefficients R v) => z le_zd; rewrite -v0.
by apply: (holds_estimator uniq_R all_hold); rewrite mem_iota add0n ltnS.
Qed.

(** Coefficients that sum to 1: two inequalities more. *)
Definition sum_inequality (s : F) : inequality F := ((fun k => if k is _.+1 then s else 0), s).

Definition range_inequalities d R : seq (inequality F) :=
  List.app (vertex_inequalities d R (iota 1 d.-1)) [:: sum_inequality 1; sum_inequality (-1)].

Lemma left_sum n (s : F) v : left n v (sum_inequality s) = s * \sum_(i < n) v i.+1.
Proof. by rewrite /left big_ord_recl /= mul0r add0r mulr_sumr. Qed.

Lemma sum_unknowns R (v : nat -> F) : uniq R -> \sum_(i < size R) v i.+1 = \sum_(r <- R) unknown_coefficients R v r.
Proof.
by move=> uniq_R; rewrite (big_nth 0%N) big_mkord; apply: eq_bigr => i _; rewrite /unknown_coefficients index_uniq.
Qed.

Lemma achievable_range_solvable d R E :
  (0 < d)%N -> uniq R -> achievable_range d R E <-> solvable (size R) (range_inequalities d R) E.
Proof.
move=> d_gt0 uniq_R; have inside z : (z \in iota 1 d.-1) = (0 < z < d)%N by rewrite mem_iota add1n prednK.
split=> [[beta [sum1 bound]] | [v v0 all_hold]].
  exists (unknowns R E beta) => // c /(List.in_app_or _ _ _) [|in_c].
    by apply: estimator_holds => z; rewrite inside; apply: bound.
  have total : \sum_(i < size R) unknowns R E beta i.+1 = 1 by rewrite -sum1 [RHS](big_nth 0%N) big_mkord.
  by case: in_c => [<- | [<- | []]]; rewrite /holds left_sum total mulr1.
have vertices z : (0 < z < d)%N -> `|residual d R (unknown_coefficients R v) z| <= E.
  rewrite -inside -v0; apply: (holds_estimator uniq_R) => c in_c.
  by apply: all_hold; apply: List.in_or_app; left.
exists (unknown_coefficients R v); split=> //; rewrite -sum_unknowns //; apply/eqP; rewrite eq_le; apply/andP; split.
  have := all_hold (sum_inequality (-1)); rewrite /holds left_sum !mulN1r ler_opp2; apply.
  by apply: List.in_or_app; right; right; left.
have := all_hold (sum_inequality 1); rewrite /holds left_sum !mul1r; apply.
by apply: List.in_or_app; right; left.
Qed.

Lemma least_exists d R : uniq R -> exists e, least_error (@achievable F d R) e.
Proof.
move=> uniq_R; have solved E := achievable_solvable d E uniq_R.
have nothing : achievable d R (1 : F).
  exists (fun=> 0) => z _; rewrite /residual /estimate big1 => [|r _]; last by rewrite mul0r.
  by rewrite subr0 /target; case: ifP => _; rewrite ?normr0 ?normr1 ?ler01.
have nonnegative E : solvable (size R) (vertex_inequalities d R (iota 0 d.+1)) E -> 0 <= E.
  by move/solved => [beta bound]; apply: le_trans (normr_ge0 _) (bound 0%N (leq0n d)).
have [e sol_e least] := least_solvable ((solved 1).1 nothing) nonnegative.
exists e => E; split=> [/solved | le_E]; first exact: least.
by apply: achievable_weaken le_E _; apply/solved.
Qed.

Lemma least_range_exists d R :
  (1 < d)%N -> uniq R -> R <> [::] -> inner_orders d R -> exists e, least_error (@achievable_range F d R) e.
Proof.
move=> d_gt1 uniq_R; case: R uniq_R => // r0 R uniq_R _ inner; have d_gt0 := ltnW d_gt1.
have solved E := achievable_range_solvable E d_gt0 uniq_R.
have /andP[r_gt0 lt_rd] := allP inner r0 (mem_head _ _).
have only (f : nat -> F) : \sum_(r <- r0 :: R) (r == r0)%:R * f r = f r0.
  rewrite big_cons eqxx mul1r big_seq big1 ?addr0 // => r in_R; case: eqP => [def_r | _]; last by rewrite mul0r.
  by move: uniq_R; rewrite /= -def_r in_R.
have first : achievable_range d (r0 :: R) (1 : F).
  exists (fun r => (r == r0)%:R); split.
    by rewrite -[RHS](only (fun=> 1)); apply: eq_bigr => r _; rewrite mulr1.
  move=> z /andP[z_gt0 lt_zd]; rewrite /residual /target (ltn_eqF lt_zd) /estimate (only (fun r => feature F d r z)).
  rewrite /feature (gtn_eqF r_gt0) opprB addrC subrK ger0_norm ?divr_ge0 ?ler0n //.
  by rewrite ler_pdivr_mulr ?ltr0n ?bin_gt0 ?(ltnW lt_rd) // mul1r ler_nat leq_bin2l // ltnW.
have nonnegative E : solvable (size (r0 :: R)) (range_inequalities d (r0 :: R)) E -> 0 <= E.
  by move/solved => [beta [_ bound]]; apply: le_trans (normr_ge0 _) (bound 1%N d_gt1).
have [e sol_e least] := least_solvable ((solved 1).1 first) nonnegative.
exists e => E; split=> [/solved | le_E]; first exact: least.
have /solved[beta [sum1 bound]] := sol_e.
by exists beta; split=> // z /bound /le_trans; apply.
Qed.

End Existence.

(** Theorem: for every nonempty list of different orders out of 1..d-1 there is a least error relative to the range. *)
Theorem least_relative_error_exists (F : realFieldType) (d : nat) (orders : seq nat) :
  (1 < d)%N -> uniq orders -> orders <> [::] -> (forall r, r \in orders -> (0 < r < d)%N) ->
  exists e : F, least_error (achievable_relative d orders) e.
Proof.
move=> d_gt1 uniq_R nonempty inner; have /allP inner_all := inner.
have [e least] := least_range_exists F d_gt1 uniq_R nonempty inner_all.
by exists e => E; rewrite reduction_relative.
Qed.

(** Theorem: for every list of different orders up to d there is a least error on the cube. *)
Theorem least_error_exists (F : realFieldType) (d : nat) (orders : seq nat) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (r <= d)%N) ->
  exists e : F, least_error (achievable_on_cube d orders) e.
Proof.
move=> d_gt0 uniq_R upto; have [e least] := least_exists F d uniq_R.
by exists e => E; rewrite reduction.
Qed.

(** Theorem: the orders R out of 1..d-1 have a least error E on the cube, and so have they with the intercept, E', and
    E = E'/(1-E'). *)
Theorem removing_the_intercept_exactly (F : realFieldType) (d : nat) (orders : seq nat) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (0 < r < d)%N) ->
  exists e e' : F,
    [/\ least_error (achievable_on_cube d orders) e, least_error (achievable_on_cube d (0%N :: orders)) e'
      & e = e' / (1 - e')].
Proof.
move=> d_gt0 uniq_R inner; have [e' least] : exists e' : F, least_error (achievable_on_cube d (0%N :: orders)) e'.
  apply: least_error_exists => //; first by rewrite /= uniq_R andbT; apply/negP => /inner.
  by move=> r; rewrite inE => /predU1P[-> // | /inner /andP[_ /ltnW]].
by exists (e' / (1 - e')), e'; split=> //; apply: removing_the_intercept.
Qed.
