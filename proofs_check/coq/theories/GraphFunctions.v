(** * Graph functions

    Let [E theta v u] be elements of a commutative ring.  A word [theta_r .. theta_1] of integers, the last one at the
    head, has a value at each vertex [q]: -1 if [r = 1], and
<<
      sum_v (E theta_r v q - 1) (f q - E (theta_(r-1) + .. + theta_1) v q * f v)
>>
    if [f] is the function of the rest.  Multiplied out, it is a sum over graphs with a root at [q], and their maps to
    the vertices.  If [E theta v q = Y(v)^theta / Y(q)^theta] for [v < q], and 1 otherwise, then [Y(q)] to the power
    [theta_r + .. + theta_1] times the value is what the operators of [PrefixMeans.v] make. *)

From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
From Subpool Require Import Algebra PrefixMeans.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

Definition total (w : seq int) : int := foldr +%R 0 w.

Section Values.

Variables (A : comRingType).
Add Ring A_ring : (ring_laws A).
Implicit Types (theta : int) (w : seq int).

Section Vertices.

Variable I : finType.

Fixpoint graph_value (E : int -> I -> I -> A) w (q : I) : A :=
  if w is theta :: w' then
    if w' is [::] then -1
    else \sum_v (E theta v q - 1) * (graph_value E w' q - E (total w') v q * graph_value E w' v)
  else 0.

Lemma graph_value_cons E theta theta' w q :
  graph_value E (theta :: theta' :: w) q
  = \sum_v (E theta v q - 1)
           * (graph_value E (theta' :: w) q - E (total (theta' :: w)) v q * graph_value E (theta' :: w) v).
Proof. by []. Qed.

(** A permutation of the vertices. *)
Lemma graph_value_permuted (s : {perm I}) E w q :
  graph_value (fun theta v u => E theta (s v) (s u)) w q = graph_value E w (s q).
Proof.
elim: w q => // theta [|theta' w] IH q //.
by rewrite !graph_value_cons [RHS](reindex_inj (@perm_inj _ s)); apply: eq_bigr => v _; rewrite !IH.
Qed.

Lemma sum_graph_value_permuted (s : {perm I}) E w :
  \sum_q graph_value E w q = \sum_q graph_value (fun theta v u => E theta (s v) (s u)) w q.
Proof. by rewrite (reindex_inj (@perm_inj _ s)); apply: eq_bigr => q _; rewrite graph_value_permuted. Qed.

End Vertices.

Variables (N : nat) (E : int -> 'I_N -> 'I_N -> A) (Y : nat -> int -> A).
Hypothesis Y_add : forall v theta alpha, Y v (theta + alpha) = Y v theta * Y v alpha.
Hypothesis E_below : forall theta (v q : 'I_N), (v < q)%N -> E theta v q * Y q theta = Y v theta.
Hypothesis E_above : forall theta (v q : 'I_N), (q <= v)%N -> E theta v q = 1.

Lemma graph_operators w (q : 'I_N) : w != [::] -> Y q (total w) * graph_value E w q = operators Y w q.
Proof.
elim: w q => // theta [|theta' w] IH q _; first by rewrite /= addr0 mulrN1.
rewrite graph_value_cons -[total (theta :: _)]/(theta + total (theta' :: w)) Y_add mulr_sumr.
rewrite -[operators _ _]/(operator Y theta (operators Y (theta' :: w))) /operator.
move: (theta' :: w) (IH^~ isT) => {theta' w}w {}IH.
pose f v := (Y v theta - Y q theta) * (operators Y w q - operators Y w v).
rewrite (big_ord_widen N f) ?(ltnW (ltn_ord q)) // [RHS]big_mkcond /=; apply: eq_bigr => v _.
case: ltnP => [lt_vq | le_qv]; last by rewrite E_above // subrr mul0r mulr0.
rewrite /f -!IH -(E_below theta lt_vq) -(E_below (total w) lt_vq).
by move: (E _ _ _) (E _ _ _) (Y _ _) (Y _ _) (graph_value _ _ _) (graph_value _ _ _) => a b c d e g; commutative_ring A.
Qed.

End Values.
