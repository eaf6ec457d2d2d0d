(** * The extremal theorem: the largest orders are the best ones

    Claim: if an estimator with the intercept and [h] further orders out of 1..d-1 achieves the error [E], then
    [1/E <= 2 sum_{k<=h} C(d-1,k)]; relative to the range, [h] orders have [1/E <= sum_{1<=k<=h} C(d,k)].  [TopFamily.v]
    shows that the [h] largest orders attain both.

    Proof.  Weights on the vertices with [k] ones: [(-1)^k C(d,k) b_k].  Their moment against [C(z,r)] is
    [C(d,r) q(d-r)] with [q(t) = sum_k (-1)^k b_k C(t,k)]; so they have to be such that [q(0) = b_0 = 1] and [q(d-r)
    = 0] for each order [r].  Let [kappa_1 < ... < kappa_h] be the numbers [d-r] and [q(t) = prod_i (1 - t/kappa_i)].
    Multiplying by [1 - t/kappa] turns [b_k] into [(1 - k/kappa) b_k + (k/kappa) b_(k-1)].  Because [kappa_i >= i],
    this is a convex combination wherever it is not 0: so [0 <= b_k <= 1], and [b_k = 0] for [k > h].  The weights
    before the vertex [d] have a total size of at most [sum_{1<=k<=h} C(d,k)].  With the intercept, [-q(d)] is added
    at the all-ones vector, and [|q(d)| = prod_i (d/kappa_i - 1) <= prod_i (d/i - 1) = C(d-1,h)]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Reduction.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Extremal.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (d r z k t : nat) (roots : seq nat).

Local Notation sign k := ((-1) ^+ k : F).

(** ** The coefficients of a product of factors 1 - t/kappa *)

Fixpoint coefficient roots k : F :=
  if roots is kappa :: rest
  then (1 - k%:R / kappa%:R) * coefficient rest k + k%:R / kappa%:R * coefficient rest k.-1
  else (k == 0%N)%:R.

Definition product roots t : F := \prod_(kappa <- roots) (1 - t%:R / kappa%:R).

(** The largest root comes first, and the i-th root from the end is at least i. *)
Fixpoint spread roots : bool := if roots is kappa :: rest then (size rest < kappa)%N && spread rest else true.

Lemma coefficient0 roots : coefficient roots 0 = 1.
Proof. by elim: roots => //= kappa rest ->; rewrite !mul0r subr0 mulr1 addr0. Qed.

Lemma coefficient_support roots k : (size roots < k)%N -> coefficient roots k = 0.
Proof.
elim: roots k => [|kappa rest IH] [|k] //= lt_k.
by rewrite !IH ?mulr0 ?addr0 // ltnW.
Qed.

Lemma coefficient_bounds roots k : spread roots -> 0 <= coefficient roots k <= 1.
Proof.
elim: roots k => [|kappa rest IH] k /=; first by rewrite ler0n lern1 leq_b1.
case/andP=> large /IH bounds; case: (ltnP (size rest).+1 k) => [lt_k | le_k].
  have lt_pred : (size rest < k.-1)%N by case: k lt_k.
  by rewrite (coefficient_support (ltnW lt_k)) (coefficient_support lt_pred) !mulr0 addr0 lexx ler01.
have kappa_gt0 : 0 < kappa%:R :> F by rewrite ltr0n (leq_trans _ large).
have share_ge0 : 0 <= k%:R / kappa%:R :> F by rewrite divr_ge0 ?ler0n.
have share_le1 : k%:R / kappa%:R <= 1 :> F by rewrite ler_pdivr_mulr // mul1r ler_nat (leq_trans le_k).
have /andP[ge0 le1] := bounds k; have /andP[ge0' le1'] := bounds k.-1.
apply/andP; split; first by apply: addr_ge0; apply: mulr_ge0; rewrite ?subr_ge0.
apply: (@le_trans _ _ ((1 - k%:R / kappa%:R) * 1 + k%:R / kappa%:R * 1)); last by rewrite !mulr1 subrK.
by apply: ler_add; apply: ler_wpmul2l; rewrite ?subr_ge0.
Qed.

(** t C(t,k) = k C(t,k) + (k+1) C(t,k+1). *)
Lemma bin_step t k : k.+1%:R * 'C(t, k.+1)%:R = (t%:R - k%:R) * 'C(t, k)%:R :> F.
Proof.
rewrite -[LHS]natrM mul_bin_left natrM; case: (leqP k t) => [le_kt | lt_tk]; first by rewrite natrB.
by rewrite (bin_small lt_tk) !mulr0.
Qed.

Lemma product_expansion roots n t :
  (t <= n)%N -> \sum_(k < n.+1) sign k * coefficient roots k * 'C(t, k)%:R = product roots t.
Proof.
move=> le_tn; elim: roots => [|kappa rest IH].
  rewrite /product big_nil big_ord_recl /= bin0 !mulr1 big1 ?addr0 // => k _.
  by rewrite mulr0 mul0r.
rewrite /product big_cons -/(product rest t) -IH mulr_sumr.
pose head k := sign k * coefficient rest k * 'C(t, k)%:R * (1 - k%:R / kappa%:R).
pose tail k := sign k * coefficient rest k * 'C(t, k)%:R * ((t%:R - k%:R) / kappa%:R).
transitivity (\sum_(k < n.+1) (head k - tail k)); last first.
  by apply: eq_bigr => k _; rewrite /head /tail; move: (kappa%:R^-1 : F) => i; normal_ring F.
rewrite sumrB [X in _ - X](_ : _ = \sum_(k < n) tail k); last first.
  rewrite big_ord_recr /= [X in _ + X](_ : _ = 0) ?addr0 // /tail.
  move: le_tn; rewrite leq_eqVlt => /predU1P[-> | lt_tn]; first by rewrite subrr mul0r mulr0.
  by rewrite bin_small // mulr0 mul0r.
rewrite [X in X - _](_ : _ = \sum_(k < n.+1) head k) // big_ord_recl [X in X - _]big_ord_recl -addrA -sumrB.
congr (_ + _); first by rewrite /head /= mul0r mul0r addr0 subr0 !mul1r bin0 mulr1 coefficient0 mulr1.
apply: eq_bigr => k _; rewrite /head /tail /= /bump add1n.
have step := bin_step t k; move: step (coefficient rest k.+1) (coefficient rest k).
rewrite exprS; move: (sign k) ('C(t, k.+1)%:R : F) ('C(t, k)%:R : F) => s c' c step b' b.
have -> : s * b * c * ((t%:R - k%:R) / kappa%:R) = s * b * (k.+1%:R * c') / kappa%:R.
  by rewrite step; move: (t%:R - k%:R : F) (kappa%:R^-1 : F) => x i; normal_ring F.
by move: (k.+1%:R : F) (kappa%:R : F)^-1 => n1 i; normal_ring F.
Qed.

Lemma product_zero roots t : t \in roots -> (0 < t)%N -> product roots t = 0.
Proof.
move=> in_roots t_gt0; rewrite /product (perm_big _ (perm_to_rem in_roots)) big_cons /=.
by rewrite divff ?subrr ?mul0r // pnatr_eq0 -lt0n.
Qed.

(** |q(d)| <= C(d-1,h). *)
Lemma product_size roots d :
  (0 < d)%N -> spread roots -> all (fun kappa => (kappa <= d)%N) roots ->
  `|product roots d| <= 'C(d.-1, size roots)%:R.
Proof.
move=> d_gt0; elim: roots => [|kappa rest IH] /=; first by rewrite /product big_nil bin0 normr1.
case/andP=> large spread_rest /andP[le_kappa le_rest]; rewrite /product big_cons normrM -/(product rest d).
have kappa_gt0 : 0 < kappa%:R :> F by rewrite ltr0n (leq_trans _ large).
have h_gt0 : 0 < (size rest).+1%:R :> F by rewrite ltr0n.
have -> : 'C(d.-1, (size rest).+1)%:R = (d%:R / (size rest).+1%:R - 1) * 'C(d.-1, size rest)%:R :> F.
  apply: (mulfI (lt0r_neq0 h_gt0)); rewrite bin_step mulrA; congr (_ * _).
  rewrite mulrBr mulrCA divff ?lt0r_neq0 // !mulr1 -[in RHS](prednK d_gt0) !mulrS.
  by move: (d.-1%:R : F) ((size rest)%:R : F) => m h; normal_ring F.
apply: ler_pmul => //; last exact: IH.
rewrite distrC ger0_norm; last by rewrite subr_ge0 ler_pdivl_mulr // mul1r ler_nat.
by rewrite ler_add2r ler_wpmul2l ?ler0n // lef_pinv // ler_nat.
Qed.

(** ** The weights *)

Definition root_weights d roots z : F := 'C(d, z)%:R * (sign (d - z)%N * coefficient roots (d - z)%N).

Lemma root_weights_d d roots : root_weights d roots d = 1.
Proof. by rewrite /root_weights subnn binn coefficient0 !mulr1. Qed.

Lemma root_weights_moment d roots r :
  (r <= d)%N -> \sum_(z < d.+1) root_weights d roots z * 'C(z, r)%:R = 'C(d, r)%:R * product roots (d - r).
Proof.
move=> le_rd; rewrite -(product_expansion roots (leq_subr r d)) mulr_sumr (reindex_inj rev_ord_inj) /=.
apply: eq_bigr => k _; have le_kd : (k <= d)%N by rewrite -ltnS.
rewrite /root_weights subSS subKn // bin_sub // mulrAC -[X in X * _ = _]natrM bin_swap // natrM.
by rewrite -[LHS]mulrA [X in _ * X = _]mulrC.
Qed.

(** H_h - 1 = sum over 1 <= k <= h of C(d,k). *)
Definition row_sum d h : nat := \sum_(k < h) 'C(d, k.+1).

Lemma root_weights_size d roots :
  spread roots -> \sum_(z < d) `|root_weights d roots z| <= (row_sum d (size roots))%:R.
Proof.
move=> spread_roots; rewrite (reindex_inj rev_ord_inj) /=.
have size_k k : (k < d)%N -> `|root_weights d roots (d - k.+1)| = 'C(d, k.+1)%:R * coefficient roots k.+1.
  move=> lt_kd; rewrite /root_weights subKn // bin_sub // !normrM sign_abs mul1r normr_nat ger0_norm //.
  by have /andP[] := coefficient_bounds k.+1 spread_roots.
under eq_bigr => k _ do rewrite size_k //.
pose term k : F := 'C(d, k.+1)%:R * coefficient roots k.+1.
have term_ge0 k : 0 <= term k by rewrite mulr_ge0 ?ler0n //; have /andP[] := coefficient_bounds k.+1 spread_roots.
have -> : \sum_(k < d) term k = \sum_(k < minn d (size roots)) term k.
  apply: sum_widen; first exact: geq_minl.
  move=> k; rewrite geq_min => /andP[/orP[le_dk | le_hk] lt_kd]; first by rewrite leqNgt lt_kd in le_dk.
  by rewrite /term coefficient_support ?mulr0.
apply: (@le_trans _ _ (\sum_(k < size roots) term k)).
  rewrite -!(big_mkord predT term) (big_cat_nat _ _ _ (leq0n _) (geq_minr d (size roots))) /= ler_addl.
  exact: sumr_ge0.
rewrite /row_sum natr_sum; apply: ler_sum => k _.
by rewrite -[X in _ <= X]mulr1 ler_wpmul2l ?ler0n //; have /andP[] := coefficient_bounds k.+1 spread_roots.
Qed.

(** ** The roots of a set of orders *)

Lemma spread_sorted roots : sorted gtn roots -> all (fun kappa => (0 < kappa)%N) roots -> spread roots.
Proof.
elim: roots => //= kappa rest IH path_rest /andP[kappa_gt0 pos]; have sorted_rest := path_sorted path_rest.
rewrite IH // andbT; case: rest path_rest sorted_rest pos IH => //= kappa' rest /andP[lt_kappa _] sorted_rest pos IH.
by have /andP[large _] := IH sorted_rest pos; apply: leq_ltn_trans large lt_kappa.
Qed.

Definition roots_of d S : seq nat := sort geq [seq (d - r)%N | r <- S].

Lemma mem_roots d S r : r \in S -> (d - r)%N \in roots_of d S.
Proof. by move=> in_S; rewrite mem_sort map_f. Qed.

Lemma size_roots d S : size (roots_of d S) = size S.
Proof. by rewrite size_sort size_map. Qed.

Lemma roots_le d S : all (fun kappa => (kappa <= d)%N) (roots_of d S).
Proof. by apply/allP => kappa; rewrite mem_sort => /mapP[r _ ->]; apply: leq_subr. Qed.

Lemma roots_spread d S : uniq S -> (forall r, r \in S -> (r < d)%N) -> spread (roots_of d S).
Proof.
move=> uniq_S below; apply: spread_sorted; last first.
  by apply/allP => kappa; rewrite mem_sort => /mapP[r /below lt_rd ->]; rewrite subn_gt0.
rewrite (_ : sorted gtn _ = sorted ltn (rev (roots_of d S))); last by rewrite rev_sorted.
rewrite ltn_sorted_uniq_leq rev_uniq rev_sorted sort_uniq sort_sorted ?andbT; last by move=> a b; apply: leq_total.
rewrite map_inj_in_uniq // => r s /below lt_rd /below lt_sd same.
by rewrite -(subKn (ltnW lt_rd)) same subKn // ltnW.
Qed.

(** ** The bounds *)

(** Any [h] orders below [d]. *)
Lemma extrapolation_limit d S (A : F) :
  uniq S -> (forall r, r \in S -> (r < d)%N) -> extrapolates d S A -> 0 <= A -> 1 <= A * (row_sum d (size S))%:R.
Proof.
move=> uniq_S below extra A_ge0; have spread_S := roots_spread uniq_S below.
have moments r : r \in S -> \sum_(z < d.+1) root_weights d (roots_of d S) z * 'C(z, r)%:R = 0.
  move=> in_S; have lt_rd := below r in_S; rewrite root_weights_moment ?(ltnW lt_rd) //.
  by rewrite product_zero ?mulr0 ?subn_gt0 // mem_roots.
apply: le_trans (extrapolation_bound (root_weights_d d _) moments extra) _.
by rewrite ler_wpmul2l // -(size_roots d S) root_weights_size.
Qed.

(** The intercept and [h] further orders. *)
Lemma extrapolation_limit_intercept d R (A : F) :
  (0 < d)%N -> uniq R -> inner_orders d R -> extrapolates d (0%N :: R) A ->
  1 <= A * (row_sum d (size R) + 'C(d.-1, size R))%:R.
Proof.
move=> d_gt0 uniq_R /allP inner extra; have A_ge0 := extrapolates_ge0 d_gt0 extra.
have below r : r \in R -> (r < d)%N by case/inner/andP.
have spread_R := roots_spread uniq_R below; set roots := roots_of d R in spread_R.
pose w z := root_weights d roots z - (z == 0%N)%:R * product roots d.
have moment r : (r <= d)%N ->
    \sum_(z < d.+1) w z * 'C(z, r)%:R = 'C(d, r)%:R * product roots (d - r) - product roots d * 'C(0, r)%:R.
  move=> le_rd; under eq_bigr do rewrite mulrBl; rewrite sumrB root_weights_moment //; congr (_ - _).
  by rewrite big_ord_recl /= mul1r big1 ?addr0 // => z _; rewrite mul0r mul0r.
have moments r : r \in 0%N :: R -> \sum_(z < d.+1) w z * 'C(z, r)%:R = 0.
  rewrite inE => /predU1P[-> | in_R]; first by rewrite moment // !bin0 subn0 mul1r mulr1 subrr.
  have /andP[r_gt0 lt_rd] := inner r in_R; rewrite moment 1?ltnW // (bin_small r_gt0) mulr0 subr0.
  by rewrite product_zero ?mulr0 ?subn_gt0 // mem_roots.
have wd : w d = 1 by rewrite /w root_weights_d (gtn_eqF d_gt0) mul0r subr0.
apply: le_trans (extrapolation_bound wd moments extra) _; rewrite ler_wpmul2l // natrD.
apply: (@le_trans _ _ (\sum_(z < d) (`|root_weights d roots z| + (z == 0%N :> nat)%:R * `|product roots d|))).
  apply: ler_sum => z _; apply: le_trans (ler_norm_sub _ _) _.
  by rewrite [X in _ + X <= _]normrM normr_nat.
rewrite big_split /= -(size_roots d R) ler_add ?root_weights_size //.
rewrite (bigD1 (Ordinal d_gt0)) //= mul1r big1 ?addr0; first exact: product_size (roots_le d R).
by move=> z z_neq0; rewrite (_ : (z == 0%N :> nat) = false) ?mul0r //; apply: contraNF z_neq0.
Qed.

(** From the bound of extrapolation to that of approximation. *)
Lemma approximation_limit d S (L : F) (E : F) :
  (0 < d)%N -> 0 <= L -> (forall A, extrapolates d S A -> 1 <= A * L) -> approximates d S E -> 1 <= E * (L + 1).
Proof.
move=> d_gt0 L_ge0 limit approx; rewrite mulrDr mulr1; case: (lerP 1 E) => [le1E | E_lt1].
  by rewrite ler_paddl // mulr_ge0 // (le_trans ler01).
have := limit _ (extrapolates_approximates E_lt1 approx).
by rewrite mulrAC ler_pdivl_mulr ?subr_gt0 // mul1r ler_subl_addr.
Qed.

End Extremal.

(** 1 + sum_{1<=k<=h} C(d,k) + C(d-1,h) = 2 sum_{k<=h} C(d-1,k). *)
Lemma row_sum_twice (d h : nat) :
  (0 < d)%N -> (row_sum d h + 'C(d.-1, h) + 1 = 2 * \sum_(k < h.+1) 'C(d.-1, k))%N.
Proof.
case: d => // d _ /=; elim: h => [|h IH]; first by rewrite /row_sum big_ord0 big_ord1 !bin0.
rewrite big_ord_recr /= mulnDr -IH /row_sum big_ord_recr /= binS.
by move: (\sum_(k < h) _)%N => s; move: 'C(d, h.+1) 'C(d, h) => a b; nat_lia.
Qed.

(** Theorem: an estimator on the cube with the intercept and h orders out of 1..d-1 that achieves the error E has
    1/E <= 2 sum_{k<=h} C(d-1,k); equality for the h largest orders is the theorem top_family. *)
Theorem extremal (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (0 < r < d)%N) ->
  achievable_on_cube d (0%N :: orders) E ->
  (2 * \sum_(k < (size orders).+1) 'C(d.-1, k))%:R^-1 <= E.
Proof.
move=> d_gt0 uniq_R /allP inner; rewrite reduction //; last first.
  by move=> r; rewrite inE => /predU1P[-> // | /(allP inner) /andP[_ /ltnW]].
rewrite (achievable_intercept _ inner) => approx.
have := approximation_limit d_gt0 (ler0n _ _) (fun A => extrapolation_limit_intercept d_gt0 uniq_R inner) approx.
rewrite -row_sum_twice // => bound; rewrite -[_^-1]mul1r ler_pdivr_mulr ?ltr0n ?addn1 //.
by rewrite -addn1 natrD.
Qed.

(** Theorem: relative to the range, h orders out of 1..d-1 that achieve the error E have
    1/E <= sum_{1<=k<=h} C(d,k); equality for the h largest orders is the theorem top_family_range. *)
Theorem extremal_range (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (1 < d)%N -> uniq orders -> (forall r, r \in orders -> (0 < r < d)%N) ->
  achievable_relative d orders E -> (\sum_(k < size orders) 'C(d, k.+1))%:R^-1 <= E.
Proof.
move=> d_gt1 uniq_R inner; rewrite reduction_relative // => /achievable_range_extrapolates-/(_ d_gt1) extra.
have below r : r \in orders -> (r < d)%N by case/inner/andP.
have /extra {}extra : inner_orders d orders by apply/allP.
have E_ge0 := extrapolates_ge0 (ltnW d_gt1) extra.
have := extrapolation_limit uniq_R below extra E_ge0; rewrite /row_sum.
case: (posnP (\sum_(k < size orders) 'C(d, k.+1))) => [-> | pos]; first by rewrite mulr0 ler10.
by rewrite -[_^-1]mul1r ler_pdivr_mulr ?ltr0n.
Qed.
