(** * When the optimal coefficients are unique

    Let a function [g] and places solve the problem of extrapolation, with the least bound [1/L] ([FewPlaces.v]).  Any
    function of the span that is at least [L] at [d] and within [-1, 1] before is, at each place with a weight other
    than 0, the sign of the weight: else the weighted sum, which is the value at [d], would be below [L].  So two such
    functions differ by one that vanishes at the places; if only 0 does, they are equal, and so are the coefficients of
    any two estimators that attain the least error.

    Only 0 vanishes at the places if orders and places [r_1 <= z_1 < r_2 <= z_2 < ...] are staggered: the [C(z_i, r_k)]
    are a triangular matrix then.  So it is for all closed forms but two: a parabola has two places besides 0, and where
    the last order alone is missing, a difference gives the value at the place that is missing. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Reduction Optimal FewPlaces Extremal FullSet TopFamily.
From Subpool Require Import Pair FewOrders TopAndOne FullButLast Coefficients.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Any two estimators with these orders that attain the least error on the cube have the same coefficients. *)
Definition unique_on_cube (F : realFieldType) (d : nat) (orders : seq nat) : Prop :=
  forall (E : F) (beta gamma : nat -> F), least_error (achievable_on_cube d orders) E ->
  (forall x : 'I_d -> F, in_cube x -> `|maximum x - \sum_(r <- orders) beta r * subpool_max r x| <= E) ->
  (forall x : 'I_d -> F, in_cube x -> `|maximum x - \sum_(r <- orders) gamma r * subpool_max r x| <= E) ->
  forall r, r \in orders -> beta r = gamma r.

(** The same relative to the range, for coefficients that sum to 1. *)
Definition unique_relative (F : realFieldType) (d : nat) (orders : seq nat) : Prop :=
  forall (E : F) (beta gamma : nat -> F), least_error (achievable_relative d orders) E ->
  \sum_(r <- orders) beta r = 1 -> \sum_(r <- orders) gamma r = 1 ->
  (forall (x : 'I_d -> F) lo hi, (forall i, lo <= x i <= hi) ->
     `|maximum x - \sum_(r <- orders) beta r * subpool_max r x| <= E * (hi - lo)) ->
  (forall (x : 'I_d -> F) lo hi, (forall i, lo <= x i <= hi) ->
     `|maximum x - \sum_(r <- orders) gamma r * subpool_max r x| <= E * (hi - lo)) ->
  forall r, r \in orders -> beta r = gamma r.

Section Uniqueness.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (d r z : nat) (R S zs : seq nat) (L E : F) (beta gamma g h : nat -> F) (places : seq (nat * F)).

(** Of the functions of the span, only 0 vanishes at the places. *)
Definition full_rank S zs : Prop :=
  forall h, (forall z, z \in zs -> span S h z = 0) -> forall r, r \in S -> h r = 0.

Fixpoint staggered S zs : bool :=
  match S, zs with
  | r :: S', z :: zs' => [&& (r <= z)%N, all (fun s => (z < s)%N) S' & staggered S' zs']
  | [::], [::] => true
  | _, _ => false
  end.

Lemma staggered_full_rank S zs : staggered S zs -> full_rank S zs.
Proof.
elim: S zs => [|r S IH] [|z zs] //= /and3P[le_rz /allP above stagger] h zero.
have first : span (r :: S) h z = h r * 'C(z, r)%:R.
  by rewrite /span big_cons big_seq big1 ?addr0 // => s /above lt_zs; rewrite bin_small ?mulr0.
have hr : h r = 0.
  by have /eqP := zero z (mem_head _ _); rewrite first mulf_eq0 (negbTE (bin_neq0 F le_rz)) orbF => /eqP.
move=> s; rewrite inE => /predU1P[-> // | in_S]; apply: (IH zs) in_S => // y in_zs.
by rewrite -(zero y) ?inE ?in_zs ?orbT // /span big_cons hr mul0r add0r.
Qed.

Lemma span_sub S g h z : span S (fun r => g r - h r) z = span S g z - span S h z.
Proof. by rewrite /span -sumrB; apply: eq_bigr => r _; rewrite mulrBl. Qed.

Lemma extrapolated d S places h :
  extrapolating d S places -> span S h d = \sum_(p <- places) p.2 * span S h p.1.
Proof.
move=> extra; rewrite /span (eq_big_seq (fun r => \sum_(p <- places) p.2 * (h r * 'C(p.1, r)%:R))).
  by rewrite exchange_big; apply: eq_bigr => p _; rewrite mulr_sumr.
by move=> r in_S; rewrite -extra // mulr_sumr; apply: eq_bigr => p _; rewrite mulrCA.
Qed.

(** Complementary slackness. *)
Lemma attained_at_places d S g places L h :
  solved d S g places L -> L <= span S h d -> (forall z, (z < d)%N -> `|span S h z| <= 1) ->
  forall p, p \in places -> p.2 * span S h p.1 = `|p.2|.
Proof.
case=> _ _ _ _ /allP below extra size_L le_L within.
have slack p : p \in places -> 0 <= `|p.2| - p.2 * span S h p.1.
  move=> in_ps; rewrite subr_ge0; apply: le_trans (ler_norm _) _; rewrite normrM -[X in _ <= X]mulr1.
  by rewrite ler_wpmul2l // within // below.
have none : \sum_(p <- places) (`|p.2| - p.2 * span S h p.1) == 0.
  rewrite eq_le; apply/andP; split; last by rewrite big_seq; apply: sumr_ge0.
  by rewrite sumrB size_L -(extrapolated h extra) subr_le0.
move: none; rewrite big_seq psumr_eq0 // => /allP zero p in_ps.
by have := zero p in_ps; rewrite in_ps /= subr_eq0 => /eqP.
Qed.

Lemma solved_unique d S g places L h :
  solved d S g places L -> all (fun p => p.2 != 0) places -> full_rank S [seq p.1 | p <- places] ->
  L <= span S h d -> (forall z, (z < d)%N -> `|span S h z| <= 1) -> forall r, r \in S -> h r = g r.
Proof.
move=> sol /allP nonzero rank le_L within r in_S; apply/eqP; rewrite -subr_eq0; apply/eqP.
apply: (rank (fun r => h r - g r)) in_S => _ /mapP[p in_ps ->].
have same : p.2 * span S h p.1 = p.2 * span S g p.1.
  rewrite (attained_at_places sol le_L within) // (attained_at_places sol) //; last exact: solved_within sol.
  by rewrite (solved_at_d sol).
by rewrite span_sub (mulfI (nonzero p in_ps) same) subrr.
Qed.

Section Classes.

Variables (d : nat) (R : seq nat).
Hypothesis inner : inner_orders d R.

Let upto := inner_upto inner.

(** The function of an estimator: [beta_r / C(d,r)], and [1 - sum beta] for the order 0, times [c]. *)
Definition function_of (c : F) beta (total : F) r : F := c * (if r == 0%N then 1 - total else beta r / 'C(d, r)%:R).

Lemma span_function_of c beta total z :
  span R (function_of c beta total) z = c * (residual d R beta z - (1 - \sum_(r <- R) beta r) + (z == d)%:R).
Proof.
have def_beta r : r \in R -> beta r = beta r / 'C(d, r)%:R * 'C(d, r)%:R by move/upto => le_r; rewrite divfK ?bin_neq0.
rewrite (residual_span z inner def_beta).
have -> : span R (function_of c beta total) z = c * span R (fun r => beta r / 'C(d, r)%:R) z.
  rewrite -span_scale /span !big_seq; apply: eq_bigr => r in_R; have /andP[r_gt0 _] := allP inner r in_R.
  by rewrite /function_of (gtn_eqF r_gt0).
by move: (\sum_(r <- R) beta r) (span R _ z) ((z == d)%:R : F) => x y e; normal_ring F.
Qed.

Lemma function_of_inj c beta gamma t t' r :
  c != 0 -> r \in R -> function_of c beta t r = function_of c gamma t' r -> beta r = gamma r.
Proof.
move=> c_neq0 in_R; have /andP[r_gt0 lt_rd] := allP inner r in_R.
rewrite /function_of (gtn_eqF r_gt0) => /(mulfI c_neq0) /(mulIf _) -> //.
by rewrite invr_neq0 // bin_neq0 // ltnW.
Qed.

Section WithIntercept.

Variables (g : nat -> F) (places : seq (nat * F)) (L : F).
Hypothesis sol : solved d (0%N :: R) g places L.
Hypothesis nonzero : all (fun p => p.2 != 0) places.
Hypothesis rank : full_rank (0%N :: R) [seq p.1 | p <- places].

Let d_gt0 := solved_d sol.
Let L_gt0 := solved_positive sol.
Let L1_gt0 : 0 < L + 1. Proof. by rewrite ltr_paddr ?ler01. Qed.

Lemma unique_with : unique_on_cube F d (0%N :: R).
Proof.
move=> E beta gamma least bound_beta bound_gamma.
have {least} def_E : E = (L + 1)^-1.
  have other := least_on_cube d_gt0 L_gt0 inner (solved_least sol).
  by apply/eqP; rewrite eq_le; apply/andP; split; [apply/least/other | apply/other/least].
have upto0 r : r \in 0%N :: R -> (r <= d)%N by rewrite inE => /predU1P[-> // | /upto].
have unit : (L + 1) * E = 1 by rewrite def_E mulfV // lt0r_neq0.
pose fun_of delta := function_of (L + 1) delta (delta 0%N + \sum_(r <- R) delta r).
have same delta : (forall x : 'I_d -> F, in_cube x ->
    `|maximum x - \sum_(r <- 0%N :: R) delta r * subpool_max r x| <= E) ->
  forall r, r \in 0%N :: R -> fun_of delta r = g r.
  move/(residual_bounds _ _ d_gt0 upto0) => bound.
  have span_fun z : span (0%N :: R) (fun_of delta) z = (L + 1) * (residual d (0%N :: R) delta z + (z == d)%:R).
    rewrite span_intercept span_function_of residual_intercept {1}/fun_of /function_of eqxx.
    by move: (\sum_(r <- R) delta r) (residual d R delta z) ((z == d)%:R : F) => x y e; normal_ring F.
  apply: (solved_unique sol nonzero rank) => [|z lt_zd].
    rewrite span_fun eqxx mulrDr mulr1; have := bound d (leqnn d); rewrite ler_norml => /andP[lower _].
    have := ler_wpmul2l (ltW L1_gt0) lower; rewrite mulrN unit -subr_ge0 opprK => le_0.
    by rewrite -subr_ge0 -addrA [X in _ + X](_ : _ = 1) // [L + 1]addrC addrK.
  rewrite span_fun (ltn_eqF lt_zd) addr0 normrM gtr0_norm // -[X in _ <= X]unit ler_pmul2l //.
  exact: bound (ltnW lt_zd).
have c_neq0 := lt0r_neq0 L1_gt0; have agree r : r \in 0%N :: R -> fun_of beta r = fun_of gamma r.
  by move=> in_R; rewrite !same.
have inside r : r \in R -> beta r = gamma r.
  by move=> in_R; apply: (function_of_inj c_neq0 in_R) (agree r _); rewrite inE in_R orbT.
move=> r; rewrite inE => /predU1P[-> | /inside //].
have := agree 0%N (mem_head _ _); rewrite /fun_of /function_of eqxx => /(mulfI c_neq0) /(addrI _) /oppr_inj.
by rewrite (eq_big_seq _ inside) => /addIr.
Qed.

Lemma unique_without : unique_on_cube F d R.
Proof.
move=> E beta gamma least bound_beta bound_gamma.
have {least} def_E : E = L^-1.
  have other := least_without d_gt0 inner (solved_least sol).
  by apply/eqP; rewrite eq_le; apply/andP; split; [apply/least/other | apply/other/least].
have unit : L * E = 1 by rewrite def_E mulfV // lt0r_neq0.
pose fun_of delta := function_of L delta (\sum_(r <- R) delta r).
have same delta : (forall x : 'I_d -> F, in_cube x ->
    `|maximum x - \sum_(r <- R) delta r * subpool_max r x| <= E) ->
  forall r, r \in 0%N :: R -> fun_of delta r = g r.
  move/(residual_bounds _ _ d_gt0 upto) => bound.
  have span_fun z : span (0%N :: R) (fun_of delta) z = L * (residual d R delta z + (z == d)%:R).
    rewrite span_intercept span_function_of {1}/fun_of /function_of eqxx.
    by move: (\sum_(r <- R) delta r) (residual d R delta z) ((z == d)%:R : F) => x y e; normal_ring F.
  have zero : residual d R delta d = 0.
    have := span_fun d; rewrite eqxx.
    rewrite /residual /target eqxx sub0r /estimate big_seq big1 ?oppr0 // => r in_R.
    have /andP[r_gt0 lt_rd] := allP inner r in_R.
    by rewrite /feature (gtn_eqF r_gt0) divff ?bin_neq0 ?subrr ?mulr0 // ltnW.
  apply: (solved_unique sol nonzero rank) => [|z lt_zd]; first by rewrite span_fun zero eqxx add0r mulr1.
  rewrite span_fun (ltn_eqF lt_zd) addr0 normrM gtr0_norm // -[X in _ <= X]unit ler_pmul2l //.
  exact: bound (ltnW lt_zd).
have c_neq0 := lt0r_neq0 L_gt0; move=> r in_R.
have agree : fun_of beta r = fun_of gamma r by rewrite !same // inE in_R orbT.
exact: (function_of_inj c_neq0 in_R agree).
Qed.

End WithIntercept.

(** Relative to the range, the residuals at 0/1 vectors are at most [E], too. *)
Lemma relative_residual E beta :
  (0 < d)%N -> (forall (x : 'I_d -> F) lo hi, (forall i, lo <= x i <= hi) ->
     `|maximum x - \sum_(r <- R) beta r * subpool_max r x| <= E * (hi - lo)) ->
  forall z, (z <= d)%N -> `|residual d R beta z| <= E.
Proof.
move=> d_gt0 bound z /set_of_size[Z <-]; rewrite -[Z](zeros_vertex F) -residual_vertex //; last exact: vertex_zero_one.
have := bound (vertex F Z) 0 1; rewrite subr0 mulr1; apply.
by apply: zero_one_in_cube; apply: vertex_zero_one.
Qed.

Lemma unique_range g places L :
  (1 < d)%N -> solved d R g places L -> all (fun p => p.2 != 0) places -> full_rank R [seq p.1 | p <- places] ->
  unique_relative F d R.
Proof.
move=> d_gt1 sol nonzero rank E beta gamma least sum_beta sum_gamma bound_beta bound_gamma.
have L_gt0 := solved_positive sol; have d_gt0 := solved_d sol.
have {least} def_E : E = L^-1.
  have other := least_relative d_gt1 inner (solved_least sol).
  by apply/eqP; rewrite eq_le; apply/andP; split; [apply/least/other | apply/other/least].
have unit : L * E = 1 by rewrite def_E mulfV // lt0r_neq0.
pose fun_of delta := function_of L delta 0.
have same delta : \sum_(r <- R) delta r = 1 -> (forall (x : 'I_d -> F) lo hi, (forall i, lo <= x i <= hi) ->
    `|maximum x - \sum_(r <- R) delta r * subpool_max r x| <= E * (hi - lo)) ->
  forall r, r \in R -> fun_of delta r = g r.
  move=> sum1 /(relative_residual d_gt0) bound.
  have span_fun z : span R (fun_of delta) z = L * (residual d R delta z + (z == d)%:R).
    by rewrite span_function_of sum1 subrr subr0.
  have zero : residual d R delta d = 0.
    by apply: (@residual_constant F d R d_gt0 upto) => //; [move=> r /(allP inner)/andP[] | rewrite eqxx orbT].
  apply: (solved_unique sol nonzero rank) => [|z lt_zd]; first by rewrite span_fun zero eqxx add0r mulr1.
  rewrite span_fun (ltn_eqF lt_zd) addr0 normrM gtr0_norm // -[X in _ <= X]unit ler_pmul2l //.
  exact: bound (ltnW lt_zd).
have c_neq0 := lt0r_neq0 L_gt0; move=> r in_R.
have agree : fun_of beta r = fun_of gamma r by rewrite !same.
exact: (function_of_inj c_neq0 in_R agree).
Qed.

End Classes.

(** ** The places of the closed forms *)

Lemma staggered_iota a n : staggered (iota a n) (iota a n).
Proof.
elim: n a => //= n IH a; rewrite leqnn IH andbT; apply/allP => s.
by rewrite mem_iota => /andP[].
Qed.

Section Places.

Variables d j : nat.
Hypothesis lt_jd : (j < d)%N.

Lemma top_places_first : [seq p.1 | p <- top_places F d j] = iota (d - j) j.
Proof. by rewrite -map_comp map_id. Qed.

Lemma top_places_nonzero : all (fun p => p.2 != 0) (top_places F d j).
Proof.
rewrite all_map; apply/allP => z /(top_order lt_jd)/andP[_ lt_zd] /=.
by rewrite oppr_eq0 -normr_eq0 normrM sign_abs mul1r normr_nat bin_neq0 // ltnW.
Qed.

Lemma top_above k : (k < d - j)%N -> all (fun s => (k < s)%N) (iota (d - j) j).
Proof. by move=> lt_k; apply/allP => s; rewrite mem_iota => /andP[le_s _]; apply: leq_trans le_s. Qed.

Lemma top_inner_orders : inner_orders d (iota (d - j) j).
Proof. by apply/allP; apply: top_inner. Qed.

Lemma unique_top_rank : full_rank (0%N :: iota (d - j) j) [seq p.1 | p <- top_cube_places F d j].
Proof.
by apply: staggered_full_rank; rewrite /= top_places_first staggered_iota top_above // subn_gt0.
Qed.

Lemma unique_top_nonzero : all (fun p => p.2 != 0) (top_cube_places F d j).
Proof.
rewrite /= top_places_nonzero andbT oppr_eq0 mulf_neq0 ?signr_eq0 // bin_neq0 //.
by rewrite -ltnS (ltn_predK lt_jd).
Qed.

End Places.

Section OneMore.

Variables d j r : nat.
Hypotheses (r_gt0 : (0 < r)%N) (j_gt0 : (0 < j)%N) (large : (j + r < d)%N).

Let lt_jd : (j < d)%N. Proof. exact: leq_ltn_trans (leq_addr r j) large. Qed.
Let lt_rd : (r < d)%N. Proof. exact: leq_ltn_trans (leq_addl j r) large. Qed.
Let lt_id : (d - j.+1 < d - j)%N. Proof. by rewrite subnSK ?leqnn // subn_gt0. Qed.
Let le_ri : (r <= d - j.+1)%N. Proof. by rewrite -ltnS subnSK // ltn_subRL. Qed.

Lemma share_gt : 'C(d.-1, j)%:R < share F d j r.
Proof.
have gap_gt0 : 0 < d%:R - r%:R :> F by rewrite subr_gt0 ltr_nat.
have le_j : (j <= d.-1)%N by rewrite -ltnS (ltn_predK lt_jd).
rewrite /share -[X in X < _]mul1r ltr_pmul2r ?ltr0n ?bin_gt0 //.
by rewrite ltr_pdivl_mulr // mul1r ltr_subl_addr ltr_addl ltr0n.
Qed.

Lemma range_places_nonzero : all (fun p => p.2 != 0) (range_places F d j r).
Proof.
rewrite /= top_places_nonzero // andbT oppr_eq0 mulf_neq0 ?signr_eq0 // gt_eqF //.
exact: le_lt_trans (ler0n _ _) share_gt.
Qed.

Lemma cube_places_nonzero : all (fun p => p.2 != 0) (cube_places F d j r).
Proof.
have /= -> := range_places_nonzero; rewrite andbT mulf_neq0 ?signr_eq0 // gt_eqF // subr_gt0; exact: share_gt.
Qed.

Lemma range_places_rank : full_rank (r :: iota (d - j) j) [seq p.1 | p <- range_places F d j r].
Proof. by apply: staggered_full_rank; rewrite /= top_places_first staggered_iota top_above // le_ri. Qed.

Lemma cube_places_rank : full_rank [:: 0%N, r & iota (d - j) j] [seq p.1 | p <- cube_places F d j r].
Proof.
apply: staggered_full_rank; rewrite /= top_places_first staggered_iota r_gt0 le_ri !top_above //.
by rewrite subn_gt0.
Qed.

End OneMore.

(** All orders but the last: the places are 0..d-1 but the middle, where the difference of order d-1 gives the value. *)
Lemma but_last_nonzero d : all (fun p => p.2 != 0) (places_of d (distance_weights F d)).
Proof. by rewrite all_map; apply/allP => z; rewrite mem_filter /= oppr_eq0 => /andP[]. Qed.

Lemma but_last_rank d :
  (1 < d)%N -> full_rank (iota 0 d.-1) [seq p.1 | p <- places_of d (distance_weights F d)].
Proof.
move=> d_gt1 h; rewrite -map_comp map_id => zero; have d_gt0 := ltnW d_gt1.
have gap_neq0 : (d - d./2)%:R != 0 :> F by rewrite pnatr_eq0 -lt0n subn_gt0 -divn2 ltn_Pdiv.
have beside z : (z < d)%N -> z != d./2 -> span (iota 0 d.-1) h z = 0.
  move=> lt_zd ne_z; apply: zero; rewrite mem_filter mem_iota add0n lt_zd andbT /distance_weights.
  rewrite !mulf_neq0 ?invr_neq0 ?bin_neq0 ?signr_eq0 ?(ltnW lt_zd) // /distance subr_eq0 eqr_nat //.
have lt_md : (d./2 < d.-1.+1)%N by rewrite prednK // -divn2 ltn_Pdiv.
have at_middle : span (iota 0 d.-1) h d./2 = 0.
  have moments r : r \in iota 0 d.-1 -> \sum_(z < d.-1.+1) alternating_binomial F d.-1 z * 'C(z, r)%:R = 0.
    by rewrite mem_iota => /andP[_]; apply: alternating_binomial_moment.
  have /eqP := span_moment h moments; rewrite (bigD1 (Ordinal lt_md)) //= big1 ?addr0 => [|z ne_z].
    by rewrite mulf_eq0 mulf_eq0 signr_eq0 (negbTE (bin_neq0 F _)) //= => /eqP.
  by rewrite beside ?mulr0 // -{2}(prednK d_gt0).
apply: (staggered_full_rank (staggered_iota 0 d.-1)) => z; rewrite mem_iota add0n => /andP[_ lt_z].
have [-> // | ne_z] := eqVneq z d./2; apply: beside => //; exact: leq_trans lt_z (leq_pred d).
Qed.

(** The orders 0, 1, 2: a parabola that vanishes at 0 and two other places is 0. *)
Lemma parabola_rank (a c : nat) : (0 < a)%N -> (a < c)%N -> full_rank [:: 0%N; 1%N; 2%N] [:: 0%N; a; c].
Proof.
move=> a_gt0 lt_ac h zero; have c_gt0 := ltn_trans a_gt0 lt_ac.
have span3 z : span [:: 0%N; 1%N; 2%N] h z = h 0%N + h 1%N * z%:R + h 2%N * (z%:R * (z%:R - 1) / 2%:R).
  by rewrite /span !big_cons big_nil bin0 bin1 bin2_field mulr1 addr0 addrA.
have h0 : h 0%N = 0.
  by have := zero 0%N (mem_head _ _); rewrite span3 mul0r mul0r !mulr0 !addr0.
have slope z : z \in [:: a; c] -> h 1%N = - h 2%N * ((z%:R - 1) / 2%:R).
  move=> in_ac; have z_neq0 : z%:R != 0 :> F.
    by move: in_ac; rewrite !inE pnatr_eq0 -lt0n => /orP[]/eqP->.
  apply: (mulIf z_neq0); apply/eqP; rewrite -subr_eq0; apply/eqP.
  have := zero z; rewrite inE in_ac orbT span3 h0 add0r => <- //.
  by move: (z%:R : F) (h 1%N) (h 2%N) (2%:R^-1 : F) => x p q t; normal_ring F.
have h2 : h 2%N = 0.
  have := slope a; rewrite (slope c) ?inE ?eqxx ?orbT // => /(_ isT)/eqP.
  rewrite -subr_eq0 -mulrBr mulf_eq0 oppr_eq0 => /orP[/eqP // |].
  rewrite -mulrBl mulf_eq0 invr_eq0 pnatr_eq0 orbF opprB addrA subrK subr_eq0 eqr_nat.
  by rewrite (gtn_eqF lt_ac).
have h1 : h 1%N = 0 by rewrite (slope a) ?inE ?eqxx // h2 oppr0 mul0r.
by move=> r; rewrite !inE => /or3P[]/eqP->.
Qed.

Lemma pair_places_nonzero d r : (0 < r < d)%N -> all (fun p => p.2 != 0) (pair_places F d r).
Proof.
case/andP=> r_gt0 lt_rd; have gap : d%:R - r%:R != 0 :> F by rewrite gt_eqF // subr_gt0 ltr_nat.
have d_gt0 : (0 < d)%N := ltn_trans r_gt0 lt_rd.
by rewrite /= oppr_eq0 !mulf_neq0 ?invr_neq0 // pnatr_eq0 -lt0n.
Qed.

Lemma pair_places_rank d r : (0 < r < d)%N -> full_rank [:: 0%N; r] [seq p.1 | p <- pair_places F d r].
Proof.
case/andP=> r_gt0 lt_rd; apply: staggered_full_rank.
by rewrite /= r_gt0 /= andbT -ltnS (ltn_predK lt_rd).
Qed.

End Uniqueness.

(** Weights that are products of numbers other than 0, and places between orders. *)
Ltac nonzero_weights :=
  rewrite /= ?oppr_eq0 ?mulf_neq0 ?invr_neq0 ?oppr_eq0 ?oner_eq0 ?pnatr_eq0 //.

Ltac staggered_places :=
  by apply: staggered_full_rank; rewrite /= ?ltnS ?leqnn ?leqnSn ?(leqW (leqnSn _)).

Ltac inside := by rewrite /= ?ltnS ?leqnn ?leqnSn ?(leqW (leqnSn _)).

(** ** The closed forms *)

(** Theorem: the optimal coefficients of the intercept and the j largest orders are unique on the cube, j < d. *)
Theorem unique_top (F : realFieldType) (d j : nat) : (j < d)%N -> unique_on_cube F d (0%N :: iota (d - j) j).
Proof.
move=> lt_jd; apply: unique_with (top_solved F lt_jd) _ _; first exact: top_inner_orders.
  exact: unique_top_nonzero.
exact: unique_top_rank.
Qed.

(** Theorem: those of the j largest orders without the intercept are unique on the cube, j < d. *)
Theorem unique_top_without_intercept (F : realFieldType) (d j : nat) :
  (j < d)%N -> unique_on_cube F d (iota (d - j) j).
Proof.
move=> lt_jd; apply: unique_without (top_solved F lt_jd) _ _; first exact: top_inner_orders.
  exact: unique_top_nonzero.
exact: unique_top_rank.
Qed.

(** Theorem: those of the j largest orders are unique relative to the range, 1 <= j < d. *)
Theorem unique_top_relative (F : realFieldType) (d j : nat) :
  (0 < j < d)%N -> unique_relative F d (iota (d - j) j).
Proof.
case/andP=> j_gt0 lt_jd; have d_gt1 : (1 < d)%N := leq_ltn_trans j_gt0 lt_jd.
apply: unique_range (top_range_solved F lt_jd j_gt0) _ _ => //; first exact: top_inner_orders.
  exact: top_places_nonzero.
by apply: staggered_full_rank; rewrite top_places_first staggered_iota.
Qed.

(** Theorem: the optimal coefficients of the orders 0..d-1, of 1..d-1, and of these relative to the range, are unique,
    d >= 2. *)
Theorem unique_full_set (F : realFieldType) (d : nat) :
  (1 < d)%N ->
  [/\ unique_on_cube F d (0%N :: iota 1 (d - 1)), unique_on_cube F d (iota 1 (d - 1))
    & unique_relative F d (iota 1 (d - 1))].
Proof.
case: d => // d d_gt1; rewrite subn1 /=.
have range : (0 < d < d.+1)%N by rewrite leqnn andbT.
have := @unique_top F d.+1 d (ltnSn d); have := @unique_top_without_intercept F d.+1 d (ltnSn d).
by have := @unique_top_relative F d.+1 d range; rewrite subSnn.
Qed.

(** Theorem: the optimal intercept alone is unique on the cube. *)
Theorem unique_intercept (F : realFieldType) (d : nat) : (0 < d)%N -> unique_on_cube F d [:: 0%N].
Proof. exact: (@unique_top F d 0). Qed.

(** Theorem: the optimal coefficients of the intercept and an order r, 1 <= r < d, are unique on the cube. *)
Theorem unique_pair (F : realFieldType) (d r : nat) : (0 < r < d)%N -> unique_on_cube F d [:: 0%N; r].
Proof.
move=> range; have /andP[r_gt0 lt_rd] := range; apply: unique_with (pair_solved F r_gt0 lt_rd) _ _.
- by rewrite /= range.
- exact: pair_places_nonzero.
exact: pair_places_rank.
Qed.

(** Theorem: the optimal coefficient of an order r alone, 1 <= r < d, is unique on the cube. *)
Theorem unique_single (F : realFieldType) (d r : nat) : (0 < r < d)%N -> unique_on_cube F d [:: r].
Proof.
move=> range; have /andP[r_gt0 lt_rd] := range; apply: unique_without (pair_solved F r_gt0 lt_rd) _ _.
- by rewrite /= range.
- exact: pair_places_nonzero.
exact: pair_places_rank.
Qed.

(** Theorem: the optimal coefficients of the intercept and the mean, and of the mean alone, are unique on the cube,
    d >= 2. *)
Theorem unique_mean (F : realFieldType) (d : nat) :
  (1 < d)%N -> unique_on_cube F d [:: 0%N; 1%N] /\ unique_on_cube F d [:: 1%N].
Proof. by move=> d_gt1; split; [apply: unique_pair | apply: unique_single]. Qed.

(** Theorem: the optimal coefficients of the orders 0, r and the j largest are unique on the cube. *)
Theorem unique_order_and_top (F : realFieldType) (d j r : nat) :
  (0 < r)%N -> (0 < j)%N -> (j + r < d)%N -> unique_on_cube F d (0%N :: r :: iota (d - j) j).
Proof.
move=> r_gt0 j_gt0 large; apply: unique_with (cube_solved F r_gt0 large) _ _; first exact: cube_inner.
  exact: cube_places_nonzero.
exact: cube_places_rank.
Qed.

(** Theorem: those of the orders r and the j largest without the intercept are unique on the cube. *)
Theorem unique_order_and_top_without_intercept (F : realFieldType) (d j r : nat) :
  (0 < r)%N -> (0 < j)%N -> (j + r < d)%N -> unique_on_cube F d (r :: iota (d - j) j).
Proof.
move=> r_gt0 j_gt0 large; apply: unique_without (cube_solved F r_gt0 large) _ _; first exact: cube_inner.
  exact: cube_places_nonzero.
exact: cube_places_rank.
Qed.

(** Theorem: those of the orders r and the j largest are unique relative to the range. *)
Theorem unique_order_and_top_relative (F : realFieldType) (d j r : nat) :
  (0 < r)%N -> (0 < j)%N -> (j + r < d)%N -> unique_relative F d (r :: iota (d - j) j).
Proof.
move=> r_gt0 j_gt0 large; apply: unique_range (range_solved F r_gt0 j_gt0 large) _ _; first exact: cube_inner.
- exact: leq_ltn_trans r_gt0 (leq_ltn_trans (leq_addl j r) large).
- exact: range_places_nonzero.
exact: range_places_rank.
Qed.

(** Theorem: the optimal coefficient of an order r alone, 1 <= r < d, is unique relative to the range. *)
Theorem unique_single_relative (F : realFieldType) (d r : nat) : (0 < r < d)%N -> unique_relative F d [:: r].
Proof.
move=> _ E beta gamma _; rewrite !big_seq1 => sum_beta sum_gamma _ _ s; rewrite inE => /eqP->.
by rewrite sum_beta sum_gamma.
Qed.

(** Theorem: the optimal coefficients of the orders 0..d-2 and of 1..d-2 are unique on the cube, d >= 2. *)
Theorem unique_full_but_last (F : realFieldType) (d : nat) :
  (1 < d)%N -> unique_on_cube F d (0%N :: iota 1 (d - 2)) /\ unique_on_cube F d (iota 1 (d - 2)).
Proof.
move=> d_gt1; have sol := but_last_solved F d_gt1; have rank := @but_last_rank F d d_gt1.
have nonzero := but_last_nonzero F d; have inner := but_last_inner d_gt1.
move: sol rank; rewrite but_last_orders // => sol rank.
by split; [exact: unique_with sol nonzero rank | exact: unique_without sol nonzero rank].
Qed.

(** Theorem: the optimal coefficients of the orders 0, 1 and d-1, of 1 and d-1, and of these relative to the range, are
    unique, d >= 3. *)
Theorem unique_mean_and_last (F : realFieldType) (d : nat) :
  (2 < d)%N ->
  [/\ unique_on_cube F d [:: 0%N; 1%N; (d - 1)%N], unique_on_cube F d [:: 1%N; (d - 1)%N]
    & unique_relative F d [:: 1%N; (d - 1)%N]].
Proof.
case: d => [|[|[|n]]] // _; rewrite !subSS subn0; have sol := mean_last_extrapolation F n.
have inner : inner_orders n.+3 [:: 1%N; n.+2] by inside.
have relative := range_mean_last_extrapolation F n.
split; [apply: unique_with sol _ _ | apply: unique_without sol _ _ | apply: unique_range relative _ _];
  try exact: inner; first [by [] | staggered_places | nonzero_weights].
Qed.

(** Theorem: the optimal coefficients of the orders 0, 1 and d-2, and of 1 and d-2, are unique on the cube, d >= 4. *)
Theorem unique_mean_and_second_last (F : realFieldType) (d : nat) :
  (3 < d)%N -> unique_on_cube F d [:: 0%N; 1%N; (d - 2)%N] /\ unique_on_cube F d [:: 1%N; (d - 2)%N].
Proof.
case: d => [|[|[|[|n]]]] // _; rewrite !subSS subn0; have sol := mean_second_last_extrapolation F n.
have inner : inner_orders n.+4 [:: 1%N; n.+2] by inside.
split; [apply: unique_with sol _ _ | apply: unique_without sol _ _];
  try exact: inner; first [by [] | staggered_places | nonzero_weights].
Qed.

(** Theorem: the optimal coefficients of the orders 0, 1, d-2 and d-1, and of 1, d-2 and d-1, are unique on the cube,
    d >= 4. *)
Theorem unique_mean_and_last_two (F : realFieldType) (d : nat) :
  (3 < d)%N ->
  unique_on_cube F d [:: 0%N; 1%N; (d - 2)%N; (d - 1)%N] /\ unique_on_cube F d [:: 1%N; (d - 2)%N; (d - 1)%N].
Proof.
case: d => [|[|[|[|n]]]] // _; rewrite !subSS subn0; have sol := mean_last_two_extrapolation F n.
have inner : inner_orders n.+4 [:: 1%N; n.+2; n.+3] by inside.
split; [apply: unique_with sol _ _ | apply: unique_without sol _ _];
  try exact: inner; first [by [] | staggered_places | nonzero_weights].
Qed.

(** Theorem: the optimal coefficients of the orders 0, 1, d-3 and d-1, and of 1, d-3 and d-1, are unique on the cube,
    d >= 5. *)
Theorem unique_mean_last_third_last (F : realFieldType) (d : nat) :
  (4 < d)%N ->
  unique_on_cube F d [:: 0%N; 1%N; (d - 3)%N; (d - 1)%N] /\ unique_on_cube F d [:: 1%N; (d - 3)%N; (d - 1)%N].
Proof.
case: d => [|[|[|[|[|n]]]]] // _; rewrite !subSS subn0; have sol := mean_last_third_extrapolation F n.
have inner : inner_orders n.+4.+1 [:: 1%N; n.+2; n.+4] by inside.
have weight : 2%:R * n%:R + 7%:R != 0 :> F by rewrite -natrM -natrD pnatr_eq0 addnS.
split; [apply: unique_with sol _ _ | apply: unique_without sol _ _];
  try exact: inner; first [by [] | staggered_places | nonzero_weights].
Qed.

(** Theorem: the optimal coefficients of the orders 0, 1 and 2, and of 1 and 2, are unique on the cube, d >= 3. *)
Theorem unique_quadratic (F : realFieldType) (d : nat) :
  (2 < d)%N -> unique_on_cube F d [:: 0%N; 1%N; 2%N] /\ unique_on_cube F d [:: 1%N; 2%N].
Proof.
move=> d_gt2; have [a_gt0 le_ab le_ba def_d] := halves d_gt2; have b_gt0 := leq_trans a_gt0 le_ab.
have := parabola_extrapolation F a_gt0 le_ab le_ba.
move: (d.-1./2) (d./2) a_gt0 b_gt0 def_d => a b a_gt0 b_gt0 def_d sol; rewrite -def_d; rewrite -def_d in d_gt2.
have inner : inner_orders (a + b).+1 [:: 1%N; 2%N] by rewrite /= d_gt2 (ltnW d_gt2).
have rank : @full_rank F [:: 0%N; 1%N; 2%N] [:: 0%N; a; (a + b)%N].
  by apply: parabola_rank => //; rewrite -addn1 leq_add2l.
have ab_neq0 : (a + b)%N%:R != 0 :> F by rewrite pnatr_eq0 addn_eq0 negb_and -!lt0n a_gt0.
have a_neq0 : a%:R != 0 :> F by rewrite pnatr_eq0 -lt0n.
have b_neq0 : b%:R != 0 :> F by rewrite pnatr_eq0 -lt0n.
have product_neq0 : (a * b)%N%:R != 0 :> F by rewrite natrM mulf_neq0.
by split; [apply: unique_with sol _ rank | apply: unique_without sol _ rank] => //; rewrite /= oppr_eq0 andbT;
  apply/and3P; split; repeat first [done | by rewrite pnatr_eq0 | apply: mulf_neq0 | apply: invr_neq0].
Qed.
