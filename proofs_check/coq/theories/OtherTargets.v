(** * Targets that are combinations of mean subpool maxima

    Claim: for orders [R] and a target [g = sum_(r <= d) c_r m_r] with [c_r = 0] for [r] outside [R] and [d], the least
    error of [R] for [g] is [|c_d|] times that for the maximum.

    Proof.  The maximum is [m_d].  If [c_d = 0], [g] is an estimator; otherwise an estimator [f] of the maximum gives
    [c_d f] and the terms of [g] in [R], with [c_d] times the residual, and each estimator of [g] is of this kind. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes Existence.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Some combination of the [m_r] differs from the target [g] by at most [E] on the whole cube. *)
Definition target_achievable (F : realFieldType) (d : nat) (g : ('I_d -> F) -> F) (orders : seq nat) (E : F) : Prop :=
  exists beta : nat -> F,
    forall x, in_cube x -> `|g x - \sum_(r <- orders) beta r * subpool_max r x| <= E.

(** The same at the 0/1 vectors alone: [g] may be given there only. *)
Definition target_achievable_01 (F : realFieldType) (d : nat) (g : ('I_d -> F) -> F) (orders : seq nat) (E : F) :
  Prop :=
  exists beta : nat -> F,
    forall x, zero_one x -> `|g x - \sum_(r <- orders) beta r * subpool_max r x| <= E.

(** Coefficients that sum to 1, and an error relative to the range of [x], for every [x] without any bound: for a [g]
    that at a constant vector is its entry. *)
Definition target_achievable_relative (F : realFieldType) (d : nat) (g : ('I_d -> F) -> F) (orders : seq nat) (E : F) :
  Prop :=
  exists beta : nat -> F,
    \sum_(r <- orders) beta r = 1 /\
    forall x lo hi, (forall i, lo <= x i <= hi) ->
      `|g x - \sum_(r <- orders) beta r * subpool_max r x| <= E * (hi - lo).

Section Multiples.

Variables (F : realFieldType) (d : nat) (orders : seq nat) (c : nat -> F).
Hypotheses (uniq_R : uniq orders) (upto : forall r, r \in orders -> (r <= d)%N).
Hypothesis outside : forall r, (r < d)%N -> r \notin orders -> c r = 0.

Let g (x : 'I_d -> F) : F := \sum_(r < d.+1) c r * subpool_max r x.

Lemma subpool_max_all (x : 'I_d -> F) : subpool_max d x = maximum x.
Proof.
rewrite /subpool_max binn invr1 mul1r (big_pred1 setT) // => J.
rewrite -[RHS]/(J == setT) eqEcard subsetT cardsT card_ord eqn_leq.
by have := max_card (mem J); rewrite card_ord => ->.
Qed.

Definition others (r : nat) : F := if r == d then 0 else c r.

Lemma multiple_of_maximum x : g x = c d * maximum x + \sum_(r <- orders) others r * subpool_max r x.
Proof.
rewrite /g big_ord_recr /= subpool_max_all addrC; congr (_ + _).
rewrite (perm_big [seq r <- index_iota 0 d.+1 | r \in orders]); last first.
  apply: uniq_perm => [//||r]; first by rewrite filter_uniq ?iota_uniq.
  by rewrite mem_filter mem_index_iota leq0n ltnS /=; case: (boolP (r \in orders)) => // /upto ->.
rewrite big_filter big_mkcond big_mkord big_ord_recr /= {2}/others eqxx mul0r if_same addr0.
apply: eq_bigr => r _; rewrite /others ltn_eqF //.
by case: ifPn => // /(outside (ltn_ord r)) ->; rewrite mul0r.
Qed.

Lemma residual_of_multiple (gamma : nat -> F) x :
  g x - \sum_(r <- orders) (others r + c d * gamma r) * subpool_max r x
  = c d * (maximum x - \sum_(r <- orders) gamma r * subpool_max r x).
Proof.
rewrite multiple_of_maximum mulrBr mulr_sumr.
have -> : \sum_(r <- orders) (others r + c d * gamma r) * subpool_max r x
          = \sum_(r <- orders) others r * subpool_max r x + \sum_(r <- orders) c d * (gamma r * subpool_max r x).
  by rewrite -big_split; apply: eq_bigr => r _; rewrite mulrDl -mulrA.
by rewrite opprD addrA addrK.
Qed.

Lemma least_error_of_multiple e :
  least_error (achievable_on_cube d orders) e -> least_error (target_achievable g orders) (`|c d| * e).
Proof.
move=> least E; have [cd0 | cd_neq0] := eqVneq (c d) 0.
  rewrite cd0 normr0 mul0r; split=> [[beta bound] | E_ge0].
    by apply: le_trans (normr_ge0 _) (bound (fun=> 0) _) => i; rewrite lexx ler01.
  exists (fun r => others r + c d * 0) => x _.
  by rewrite (residual_of_multiple (fun=> 0)) cd0 mul0r normr0.
have pos : 0 < `|c d| by rewrite normr_gt0.
rewrite mulrC -ler_pdivl_mulr // -least; split=> -[beta bound].
  exists (fun r => (beta r - others r) / c d) => x in_x; rewrite ler_pdivl_mulr // mulrC -normrM -residual_of_multiple.
  rewrite (eq_bigr (fun r => beta r * subpool_max r x)) => [|r _]; first exact: bound.
  by rewrite [c d * _]mulrC divfK // addrC subrK.
exists (fun r => others r + c d * beta r) => x in_x.
by rewrite residual_of_multiple normrM mulrC -ler_pdivl_mulr //; exact: bound.
Qed.

End Multiples.

(** Theorem: for g, a combination of the m_r, r in R, and c_d times the maximum, there are a least error e of the orders
    R for the maximum and one for g on the cube, and the latter is |c_d| e. *)
Theorem target_multiples (F : realFieldType) (d : nat) (orders : seq nat) (c : nat -> F) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (r <= d)%N) ->
  (forall r, (r < d)%N -> r \notin orders -> c r = 0) ->
  exists e : F,
    least_error (achievable_on_cube d orders) e
    /\ least_error (target_achievable (fun x : 'I_d -> F => \sum_(r < d.+1) c r * subpool_max r x) orders) (`|c d| * e).
Proof.
move=> d_gt0 uniq_R upto outside; have [e least] := least_error_exists F d_gt0 uniq_R upto.
by exists e; split=> //; exact: least_error_of_multiple.
Qed.
