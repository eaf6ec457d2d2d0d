(** * The algebra of two hidden layers, in a field

    Let [z_1, .., z_(n-1)] be nonzero numbers of a field, [Y(v) = z_(v+1) .. z_(n-1)] at the places [v = 0, .., n-1],
    and [mu_p,theta = sum_(v < p) (Y(v)^theta - Y(p)^theta)].  Two equations are proved.

    If [e_k] and [e'_k] are the coefficients of [u^k] in [exp(- sum_theta mu_p,theta u^theta/theta)], and with [- theta]
    for [theta], then [X_p + 1/X_p - 2] with [X_p = z_1 z_2^2 .. z_p^p] is [2/C(2N,N)] times the sum of
    [(-1)^k C(2N,N-k) e_k e'_k] over [1 <= k <= N = n - 1].

    The sum over [p] of a product of two or more [mu_p,theta_i] over [p (p+1)] is a rational combination of the [phi w],
    the same for all [z], if the [theta_i] add up to 0: it is a mean of graph functions, the sum of which does not
    depend on the order of the places; so it is its own mean over all permutations, which consists of [phi w]. *)

From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
From Subpool Require Import Algebra Quotients NewtonWords PrefixMeans GraphFunctions TwoLayerForms SetFunctions.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** [mu_p,theta]. *)
Definition mu (F : fieldType) (n : nat) (z : nat -> F) (p : nat) (theta : int) : F :=
  \sum_(v < p) (place_power n z v theta - place_power n z p theta).

(** The [e_k] are the coefficients of [exp(- sum_(i >= 1) m_i u^i / i)]: the derivative says so. *)
Definition coefficients_of_exp (F : fieldType) (m e : nat -> F) : Prop :=
  e 0%N = 1 /\ forall k, k%:R * e k = - \sum_(1 <= i < k.+1) m i * e (k - i)%N.

(** [z_1 z_2^2 .. z_p^p]. *)
Definition staircase (F : fieldType) (z : nat -> F) (p : nat) : F := \prod_(1 <= k < p.+1) z k ^+ k.

Section Powers.

Variables (F : numFieldType) (n : nat) (z : nat -> F).
Hypothesis z_neq0 : forall k, z k != 0.
Implicit Types (p v k : nat) (w : seq int).
Local Notation Y := (place n z).

Let Y_neq0 v : Y v != 0. Proof. exact: place_neq0. Qed.

Lemma place_powerX v k : place_power n z v k%:Z = Y v ^+ k.
Proof. by []. Qed.

Lemma place_powerV v k : place_power n z v (- k%:Z) = (Y v)^-1 ^+ k.
Proof. by rewrite /place_power -exprnN exprVn. Qed.

Lemma mu_pos p k : mu n z p k%:Z = Y p ^+ k * power_sum (fun v => Y v / Y p) p k.
Proof.
rewrite /mu /power_sum mulr_sumr; apply: eq_bigr => v _; rewrite !place_powerX mulrBr mulr1 -exprMn.
by rewrite mulrCA divff // mulr1.
Qed.

Lemma mu_neg p k : mu n z p (- k%:Z) = (Y p)^-1 ^+ k * power_sum (fun v => Y p / Y v) p k.
Proof.
rewrite /mu /power_sum mulr_sumr; apply: eq_bigr => v _; rewrite !place_powerV mulrBr mulr1 -exprMn.
by rewrite mulKf.
Qed.

Lemma product_staircase p : (p < n)%N -> product (fun v => Y v / Y p) p = staircase z p.
Proof.
elim: p => [|p IH] lt_pn; first by rewrite /product /staircase big_ord0 big_geq.
have def_Y : Y p = z p.+1 * Y p.+1 by rewrite /place big_ltn.
rewrite /staircase big_nat_recr //= -/(staircase z p) -IH ?(ltnW lt_pn) // /product.
transitivity (\prod_(v < p.+1) (Y v / Y p * z p.+1)).
  by apply: eq_bigr => v _; rewrite -!mulrA; congr (_ * _); rewrite def_Y invfM mulrAC mulVf // mul1r.
by rewrite big_split /= big_ord_recr /= divff // mulr1 prodr_const card_ord.
Qed.

Lemma coefficients_series (m e : nat -> F) t p (y : F) :
  (forall k, m k = y ^+ k * power_sum t p k) -> coefficients_of_exp m e -> forall k, e k = y ^+ k * series t p k.
Proof.
move=> def_m [e0 rel] k; have m0 : m 0%N = 0.
  by rewrite def_m /power_sum big1 ?mulr0 // => j _; rewrite expr0 subrr.
rewrite -(words_value [rmorphism of @ratr F] (m := m) (g := e) k) //; last first.
  by move=> j; rewrite rel -(big_mkord predT (fun i => m i * e (j - i)%N)) [in RHS]big_ltn // m0 mul0r add0r.
rewrite -(words_value [rmorphism of @ratr F] k (newton_scale y (newton_series t p))).
- by apply: eq_bigr => a _; congr (_ * _); apply: eq_bigr => i _.
- by rewrite -def_m.
by rewrite series0 mul1r.
Qed.

End Powers.

(** Theorem: for p < n the coefficients e_k and e'_k of exp(- sum mu_(p,theta) u^theta/theta), and with -theta for
    theta, give X + 1/X - 2 = 2/C(2N,N) sum_k (-1)^k C(2N,N-k) e_k e'_k, with X = z_1 z_2^2 .. z_p^p and N = n-1; so the
    sums over p with the weights 1/(p(p+1)) are equal. *)
Theorem staircases_by_eigenvalues (F : numFieldType) (n : nat) (z : nat -> F) (e e' : nat -> nat -> F) :
  (forall k, z k != 0) ->
  (forall p, coefficients_of_exp (fun i => mu n z p i%:Z) (e p)) ->
  (forall p, coefficients_of_exp (fun i => mu n z p (- i%:Z)) (e' p)) ->
  \sum_(1 <= p < n) (staircase z p + (staircase z p)^-1 - 2%:R) / (p * p.+1)%:R
  = \sum_(1 <= p < n)
      (2%:R / 'C(2 * n.-1, n.-1)%:R
       * \sum_(1 <= k < n) (-1) ^+ k * 'C(2 * n.-1, n.-1 - k)%:R * (e p k * e' p k)) / (p * p.+1)%:R.
Proof.
move=> z_neq0 exp_e exp_e'; case: n exp_e exp_e' => [|N] exp_e exp_e'; first by rewrite !big_geq.
apply: eq_big_nat => p /andP[p_gt0 lt_pN] /=; congr (_ / _).
have C_neq0 : 'C(2 * N, N)%:R != 0 :> F by rewrite pnatr_eq0 -lt0n bin_gt0 leq_pmull.
pose Y := place N.+1 z; have Y_neq0 v : Y v != 0 by exact: place_neq0.
pose t v := Y v / Y p; pose t' v := Y p / Y v.
have inverses v : t v * t' v = 1 by rewrite /t /t' mulrA divfK // divff.
have X_neq0 : product t p != 0 by apply/prodf_neq0 => v _; rewrite mulf_neq0 ?invr_eq0.
have := one_difference_solved inverses (_ : p <= N)%N (mulVf C_neq0) (mulfV X_neq0).
rewrite product_staircase // => <-; last by rewrite -ltnS.
have value k : e p k * e' p k = series t p k * series t' p k.
  rewrite (coefficients_series (mu_pos N.+1 z_neq0 p) (exp_e p)).
  rewrite (coefficients_series (mu_neg N.+1 z_neq0 p) (exp_e' p)).
  by rewrite mulrACA -exprMn divff // expr1n mul1r.
rewrite big_add1 big_mkord -[_ *+ 2]mulr_natl mulrA; congr (_ * _).
by apply: eq_bigr => k _; rewrite value.
Qed.

Lemma ratr_quotient (F : numFieldType) (c : rat) (a b : nat) : ratr (c / a%:R / b%:R) = ratr c / a%:R / b%:R :> F.
Proof. by rewrite !rmorphM !fmorphV !rmorph_nat. Qed.

(** Theorem: for m >= 2 integers theta_i with the sum 0 there are rationals c and set functions w, 0 on the whole set,
    with sum_(1 <= p < n) prod_i mu_(p,theta_i) / (p(p+1)) = sum c phi w, for all nonzero z_1, .., z_(n-1). *)
Theorem eigenvalues_by_set_functions (n : nat) (thetas : seq int) :
  (1 < size thetas)%N -> \sum_(theta <- thetas) theta = 0 ->
  exists combination : seq (rat * set_function n),
    all (fun term => at_set term.2 setT == 0) combination /\
    forall (F : numFieldType) (z : nat -> F), (forall k, z k != 0) ->
      \sum_(1 <= p < n) (\prod_(theta <- thetas) mu n z p theta) / (p * p.+1)%:R
      = \sum_(term <- combination) ratr term.1 * phi z term.2.
Proof.
move=> size_w total_w; case: n => [|N].
  by exists [::]; split=> // F z _; rewrite big_geq // big_nil.
pose forms := flatten [seq graph_forms thetas q | q <- inputs N.+1].
exists [seq (a.1 / (N.+1)`!%:R / N.+1%:R, of_arcs a.2) | a <- forms]; split.
  by rewrite all_map; apply/allP => a _ /=; rewrite of_arcs_all.
move=> F z z_neq0; rewrite big_map.
have fact_neq0 : (N.+1)`!%:R != 0 :> F by rewrite pnatr_eq0 -lt0n fact_gt0.
have symmetric (s : {perm 'I_N.+1}) : \sum_q graph_value (@edge F N.+1 z) thetas q
    = sum_value [rmorphism of @ratr F] (fun theta v u => edge z theta (s v) (s u)) forms.
  rewrite (sum_graph_value_permuted s) sum_value_flatten big_map sum_inputs.
  by apply: eq_bigr => q _; rewrite sum_value_graph.
transitivity ((N.+1)%:R^-1 * \sum_q graph_value (@edge F N.+1 z) thetas q).
  rewrite big_add1 big_mkord.
  have := mean_of_operators [rmorphism of @ratr F] (place_power N.+1 z) N size_w; rewrite fmorphV rmorph_nat.
  under [RHS]eq_bigr => p _ do rewrite /= /step_weight fmorphV rmorphM !rmorph_nat -natrM mulrC.
  move=> <-; congr (_ * _); apply: eq_bigr => q _.
  rewrite -(@graph_operators _ _ (@edge F N.+1 z)); last by case: thetas size_w {total_w symmetric forms}.
  - by rewrite /total foldrE total_w /place_power expr0z mul1r.
  - by move=> v theta alpha; exact: place_add.
  - by move=> theta v u lt_vu; rewrite /edge lt_vu divfK // expfz_neq0 // place_neq0.
  by move=> theta v u le_uv; rewrite /edge ltnNge le_uv.
have total_sum : (N.+1)`!%:R * (\sum_q graph_value (@edge F N.+1 z) thetas q)
                 = \sum_(a <- forms) ratr a.1 * phi z (of_arcs a.2).
  transitivity (\sum_(s : {perm 'I_N.+1}) \sum_q graph_value (@edge F N.+1 z) thetas q).
    by rewrite sumr_const card_Sn mulr_natl.
  rewrite (eq_bigr _ (fun s _ => symmetric s)) {1}/sum_value.
  by rewrite exchange_big; apply: eq_bigr => a _; rewrite phi_of_arcs // mulr_sumr.
rewrite -[X in _ * X](mulKf fact_neq0) total_sum !mulr_sumr; apply: eq_bigr => a _.
transitivity (ratr (a.1 / (N.+1)`!%:R / N.+1%:R) * phi z (of_arcs a.2)) => //.
have commuted (x y r t : F) : x * (y * (r * t)) = r * y * x * t.
  by rewrite !mulrA; congr (_ * _); rewrite -mulrA mulrC [y * r]mulrC.
by rewrite ratr_quotient; exact: commuted.
Qed.
