(** * Two hidden layers compute the maximum of any number of inputs

    Claim: for every [n] the mean of [n] numbers less their minimum is the sum of [c |g|] over the explicit list
    [mean_minus_min_terms n] of rationals [c] and forms [g = sum of theta relu(x_u - x_v)], in every ordered field; so
    there is a network with two hidden layers and rational weights that computes the maximum ([TwoLayerNetwork.v]).

    Proof.  Let the inputs be sorted, and let [Y(v)^theta = e(- theta x_v)] in the ring of formal sums.  For [p >= 1]
    the product [X_p] of the quotients [t_v = Y(v)/Y(p)], [v < p], is [e(d_p)], where
    [d_p = p x_p - (x_0 + .. + x_(p-1))] is the deviation of [PrefixMeans.v].  As [mean - min = sum_p d_p/(p (p+1))],
    the map [e(v) -> |v|] takes [sum_p (X_p + 1/X_p - 2)/(p (p+1))] to [2 (mean - min)].  By [one_difference] and
    Newton's identities, [X_p + 1/X_p - 2] is a polynomial in the eigenvalues [mu_p,theta], the same for all [p]; the
    exponents of each product in it add up to 0.  By [mean_of_operators] and [graph_operators] the sum over [p] of such
    a product, with these weights, is the mean over [q] of a graph function; and that is a sum of exponentials of forms,
    with coefficients that do not depend on [x].  The sum over all [q] does not depend on the order of the inputs. *)

From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
From Subpool Require Import Algebra Classes GroupRing Quotients NewtonWords PrefixMeans GraphFunctions Networks
  TwoLayerForms.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Sorted.

Variables (F : realFieldType) (N : nat) (y : nat -> F).
Local Notation n := N.+1.
Local Notation A := (formal F).
Local Notation iota_A := (@constant F).
Implicit Types (p v k : nat).

Definition power v (theta : int) : A := exponential (- (theta%:~R * y v)).

Definition quotient p v : A := exponential (y p - y v).
Definition quotient' p v : A := exponential (y v - y p).

Lemma quotient_inverse p v : quotient p v * quotient' p v = 1.
Proof. by rewrite -exponentialD addrC addrA subrK subrr. Qed.

Lemma product_quotients p : product (quotient p) p = exponential (deviation p y).
Proof.
by rewrite /product -exponential_sum sumrB sumr_const card_ord -mulr_natl.
Qed.

Lemma power_pos v k : power v k%:Z = exponential (- y v *+ k).
Proof. by rewrite /power mulrzl -pmulrn mulNrn. Qed.

Lemma power_neg v k : power v (- k%:Z) = exponential (y v *+ k).
Proof. by rewrite /power mulrzl mulrNz opprK -pmulrn. Qed.

Lemma eigenvalue_pos p k : eigenvalue power p k%:Z = exponential (- y p) ^+ k * power_sum (quotient p) p k.
Proof.
rewrite /power_sum mulr_sumr; apply: eq_bigr => v _; rewrite mulrBr mulr1 !exponential_power -exponentialD.
by rewrite -mulrnDl addKr !power_pos.
Qed.

Lemma eigenvalue_neg p k : eigenvalue power p (- k%:Z) = exponential (y p) ^+ k * power_sum (quotient' p) p k.
Proof.
rewrite /power_sum mulr_sumr; apply: eq_bigr => v _; rewrite mulrBr mulr1 !exponential_power -exponentialD.
by rewrite -mulrnDl [y p + _]addrC subrK !power_neg.
Qed.

(** Newton's identities, for one [k]. *)
Lemma two_words_value p k :
  \sum_(a <- words k) \sum_(b <- words k)
     iota_A (a.1 * b.1) * \prod_(theta <- two_words a.2 b.2) eigenvalue power p theta
  = series (quotient p) p k * series (quotient' p) p k.
Proof.
have value t z : \sum_(a <- words k) iota_A a.1 * \prod_(i <- a.2) (z ^+ i * power_sum t p i) = z ^+ k * series t p k.
  apply: (words_value [rmorphism of iota_A] k (newton_scale z (newton_series t p))).
    by rewrite /power_sum big1 ?mulr0 // => j _; rewrite expr0 subrr.
  by rewrite series0 mul1r.
transitivity (exponential (- y p) ^+ k * series (quotient p) p k * (exponential (y p) ^+ k * series (quotient' p) p k)).
  rewrite -!value mulr_suml; apply: eq_bigr => a _; rewrite mulr_sumr; apply: eq_bigr => b _.
  rewrite /two_words big_cat !big_map [iota_A _]rmorphM mulrACA; congr ((_ * _) * (_ * _)); apply: eq_bigr => i _.
    exact: eigenvalue_pos.
  exact: eigenvalue_neg.
by rewrite mulrACA -exprMn -exponentialD addNr exponential0 expr1n mul1r.
Qed.

(** [X + 1/X - 2], from the eigenvalues. *)
Lemma difference_value p : (p <= N)%N ->
  (\sum_(1 <= k < n) \sum_(a <- words k) \sum_(b <- words k)
     iota_A (n%:R * difference_weight n k * (a.1 * b.1)) * \prod_(theta <- two_words a.2 b.2) eigenvalue power p theta)
  *+ 2 = exponential (deviation p y) + exponential (- deviation p y) - 1 *+ 2.
Proof.
move=> le_pN; have C_gt0 : (0 < 'C(2 * N, N))%N by rewrite bin_gt0 leq_pmull.
have inverse : product (quotient p) p * exponential (- deviation p y) = 1.
  by rewrite product_quotients -exponentialD subrr.
rewrite -product_quotients.
rewrite -(one_difference_solved (quotient_inverse p) le_pN _ inverse (c := iota_A 'C(2 * N, N)%:R^-1)).
congr (_ *+ 2); rewrite mulr_sumr big_add1 big_mkord; apply: eq_bigr => k _.
rewrite -two_words_value !mulr_sumr; apply: eq_bigr => a _; rewrite !mulr_sumr; apply: eq_bigr => b _.
rewrite !mulrA; congr (_ * _); rewrite -mulrA [iota_A (_ * (a.1 * _))]rmorphM /=; congr (_ * _).
  rewrite -(rmorph_sign [rmorphism of iota_A]) -!(rmorph_nat [rmorphism of iota_A]) -!rmorphM; congr (iota_A _).
  by rewrite -[n%:R * _ * _]mulrA -mulf_div divff ?mul1r ?pnatr_eq0 // mulrC mulrA.
by rewrite -(rmorph_nat [rmorphism of iota_A]) -rmorphM mulVf ?rmorph1 // pnatr_eq0 -lt0n.
Qed.

End Sorted.

Lemma total_two_words (a b : seq nat) : total (two_words a b) = (sumn a)%:Z - (sumn b)%:Z.
Proof.
rewrite /two_words; elim: a => [|i a IH] /=; last by rewrite -/(total _) IH PoszD addrA.
by rewrite sub0r; elim: b => [|i b IH] //=; rewrite -/(total _) IH PoszD opprD.
Qed.

Lemma size_two_words (a b : seq nat) : (0 < sumn a)%N -> (0 < sumn b)%N -> (1 < size (two_words a b))%N.
Proof. by case: a b => [|i a] [|j b] // _ _; rewrite /two_words size_cat /= addnS. Qed.

Section Permuted.

Variables (F : realFieldType) (N : nat).
Local Notation n := N.+1.
Variables (x : 'I_n -> F) (s : {perm 'I_n}).
Hypothesis sorted_x : forall i j : 'I_n, (i <= j)%N -> x (s i) <= x (s j).
Local Notation A := (formal F).
Local Notation iota_A := (@constant F).

Definition sorted_input (k : nat) : F := x (s (inord k)).
Local Notation y := sorted_input.

Lemma mean_over_inputs w : (1 < size w)%N -> total w = 0 ->
  iota_A n%:R^-1 * (\sum_q graph_value (arc_value x) w q)
  = \sum_(p < N) iota_A (step_weight p) * \prod_(theta <- w) eigenvalue (power y) p.+1 theta.
Proof.
move=> size_w total_w; rewrite -(mean_of_operators [rmorphism of iota_A] (power y) _ size_w); congr (_ * _).
rewrite (sum_graph_value_permuted s); apply: eq_bigr => q _.
rewrite -(@graph_operators _ _ (fun theta v u => arc_value x theta (s v) (s u))); last by case: w size_w {total_w}.
- by rewrite total_w /power mul0r oppr0 exponential0 mul1r.
- by move=> v theta alpha; rewrite /power -exponentialD rmorphD mulrDl opprD.
- move=> theta v u lt_vu; rewrite /arc_value /power -exponentialD /sorted_input !inord_val relu_pos.
    by rewrite mulrBr addrC addKr.
  by rewrite subr_ge0 sorted_x // ltnW.
by move=> theta v u le_uv; rewrite /arc_value relu_neg ?mulr0 ?exponential0 // subr_le0 sorted_x.
Qed.

Lemma terms_value : sum_value [rmorphism of iota_A] (arc_value x) (mean_minus_min_terms n) *+ 2
  = \sum_(p < N) iota_A (step_weight p) * (exponential (deviation p.+1 y) + exponential (- deviation p.+1 y) - 1 *+ 2).
Proof.
under [RHS]eq_bigr => p _ do rewrite -(difference_value y (ltn_ord p)) mulrnAr.
rewrite sumrMnl sum_value_terms; congr (_ *+ 2).
under [RHS]eq_bigr => p _ do rewrite mulr_sumr.
rewrite [RHS]exchange_big; apply: eq_big_nat => k /andP[k_gt0 _] /=.
under [RHS]eq_bigr => p _ do rewrite mulr_sumr.
rewrite exchange_big [RHS]exchange_big /= !big_seq; apply: eq_bigr => a in_a.
under [RHS]eq_bigr => p _ do rewrite mulr_sumr.
rewrite exchange_big [RHS]exchange_big /= !big_seq; apply: eq_bigr => b in_b.
under [RHS]eq_bigr => p _ do rewrite mulrCA.
rewrite -!mulr_sumr -mean_over_inputs.
- rewrite [RHS]mulrA -(rmorphM [rmorphism of iota_A]); congr (iota_A _ * _).
  by rewrite -[n%:R * _ * _]mulrA [RHS]mulrC mulKf // pnatr_eq0.
- by apply: size_two_words; [rewrite (sumn_words in_a) | rewrite (sumn_words in_b)].
by rewrite total_two_words (sumn_words in_a) (sumn_words in_b) subrr.
Qed.

Lemma deviation_ge0 p : (p <= N)%N -> 0 <= deviation p y.
Proof.
move=> le_pN; rewrite /deviation mulr_natl -[p in _ *+ p]card_ord -sumr_const -sumrB sumr_ge0 // => v _.
by rewrite subr_ge0 sorted_x // !inordK ?ltnS // ?(leq_trans (ltnW (ltn_ord v))) // ltnW.
Qed.

Lemma linearly_step (w : rat) (d : F) : 0 <= d ->
  linearly (fun v : F => `|v|) (iota_A w * (exponential d + exponential (- d) - 1 *+ 2)) = ratr w * d *+ 2.
Proof.
move=> d_ge0; pose L := [additive of linearly (fun v : F => `|v|)].
have apply_L c v : L (iota_A c * exponential v) = ratr c * `|v| := linearly_exponential _ c v.
rewrite -[linearly _ _]/(L _) mulrBr mulrDr raddfB raddfD mulrnAr raddfMn -(exponential0 F) !apply_L.
by rewrite normr0 mulr0 mul0rn subr0 normrN ger0_norm // mulr2n.
Qed.

Lemma mean_minus_least : n%:R^-1 * (\sum_i x i) - x (s ord0) = absolute_sum x (mean_minus_min_terms n).
Proof.
have half : (2%:R : F) != 0 by rewrite pnatr_eq0.
apply: (mulIf half); rewrite !mulr_natr -linearly_sum -raddfMn terms_value raddf_sum.
have := mean_by_deviations [rmorphism of @ratr F] N y; rewrite fmorphV rmorph_nat.
have -> : \sum_(q < n) y q = \sum_i x i.
  by rewrite [RHS](reindex_inj (@perm_inj _ s)); apply: eq_bigr => q _; rewrite /sorted_input inord_val.
have -> : y 0 = x (s ord0) by rewrite /sorted_input -[0%N]/(val (ord0 : 'I_n)) inord_val.
move=> ->; rewrite addrAC subrr add0r -sumrMnl; apply: eq_bigr => p _.
by rewrite -linearly_step ?deviation_ge0.
Qed.

End Permuted.

Lemma sorting_permutation (F : realFieldType) n (x : 'I_n -> F) :
  exists s : {perm 'I_n}, forall i j : 'I_n, (i <= j)%N -> x (s i) <= x (s j).
Proof.
pose le i j := x i <= x j; pose t := sort le (enum 'I_n).
have size_t : size t = n by rewrite size_sort size_enum_ord.
have inj : injective (fun i : 'I_n => nth i t i).
  move=> i j /eqP; rewrite (set_nth_default j) ?size_t // nth_uniq ?size_t ?sort_uniq ?enum_uniq // => /eqP.
  exact: val_inj.
exists (perm inj) => i j le_ij; rewrite !permE (set_nth_default j) ?size_t //.
have total_le : ssrbool.total le by move=> u v; exact: le_total.
have trans_le : transitive le by move=> u v z; exact: le_trans.
by apply: (sorted_leq_nth trans_le) => //; rewrite ?inE ?size_t ?sort_sorted // => u; rewrite /le.
Qed.

(** Theorem: the mean of n numbers less the least of them is the sum of c |g(x)| over the list mean_minus_min_terms n of
    rationals c and forms g, each a sum of theta relu(x_u - x_v) with integers theta; for every n, in every ordered
    field. *)
Theorem two_layers (F : realFieldType) (n : nat) (x : 'I_n -> F) (least : 'I_n) :
  (forall i, x least <= x i) ->
  (\sum_i x i) / n%:R - x least = \sum_(term <- mean_minus_min_terms n) ratr term.1 * `|form_value x term.2|.
Proof.
case: n x least => [|N] x least smallest; first by case: least smallest.
have [s sorted_x] := sorting_permutation x.
have -> : x least = x (s ord0).
  have := sorted_x ord0 (s^-1 least)%g isT; rewrite permKV => first_least.
  by apply/le_anti; rewrite smallest first_least.
by rewrite mulrC (mean_minus_least sorted_x).
Qed.
