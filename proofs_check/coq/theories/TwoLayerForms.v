(** * The forms, and the list of them that gives mean - min

    A _form_ on [n] inputs is a list of arcs [(theta, (v, u))] with integers [theta]; its value at [x] is the sum of
    [theta relu(x_u - x_v)].  [mean_minus_min_terms n] is an explicit list of pairs of a rational and a form, which
    computes; [TwoLayers.v] proves that the sum of [c |form|] over it is the mean of [n] inputs less their minimum. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra GroupRing Networks NewtonWords GraphFunctions.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The inputs 0, .., n-1, in a list that computes. *)
Fixpoint inputs n : seq 'I_n := if n is n'.+1 then ord0 :: [seq lift ord0 i | i <- inputs n'] else [::].

Definition form n := seq (int * ('I_n * 'I_n)).

Definition form_value (F : realFieldType) n (x : 'I_n -> F) (g : form n) : F :=
  \sum_(arc <- g) arc.1%:~R * relu (x arc.2.2 - x arc.2.1).

(** ** Sums of forms with coefficients, as exponents: the product adds forms *)

Section Sums.

Variable n : nat.
Local Notation sum := (seq (rat * form n)).
Implicit Types (S T : sum) (theta : int) (v u q : 'I_n) (w : seq int).

Definition scale (c : rat) S : sum := [seq (c * a.1, a.2) | a <- S].

Definition times S T : sum := [seq (a.1 * b.1, a.2 ++ b.2) | a <- S, b <- T].

(** The exponential of one arc, and the same less 1. *)
Definition arc theta v u : sum := [:: (1, [:: (theta, (v, u))])].
Definition arc_less_one theta v u : sum := arc theta v u ++ [:: (-1, [::])].

(** [graph_value] of [GraphFunctions.v], multiplied out. *)
Fixpoint graph_forms w q : sum :=
  if w is theta :: w' then
    if w' is [::] then [:: (-1, [::])]
    else flatten [seq times (arc_less_one theta v q)
                            (graph_forms w' q ++ scale (-1) (times (arc (total w') v q) (graph_forms w' v)))
                 | v <- inputs n]
  else [::].

(** A composition of [k] with positive signs, one with negative signs. *)
Definition two_words (w w' : seq nat) : seq int := [seq i%:Z | i <- w] ++ [seq - i%:Z | i <- w'].

End Sums.

(** [(-1)^k C(2N,N-k) / (n C(2N,N))], N = n - 1. *)
Definition difference_weight n k : rat :=
  (-1) ^+ k * 'C(2 * n.-1, n.-1 - k)%:R / (n%:R * 'C(2 * n.-1, n.-1)%:R).

Definition mean_minus_min_terms n : seq (rat * form n) :=
  flatten [seq flatten [seq scale (difference_weight n k * (a.1 * b.1)) (graph_forms (two_words a.2 b.2) q)
                       | a <- words k, b <- words k]
          | k <- iota 1 n.-1, q <- inputs n].

Definition absolute_sum (F : realFieldType) n (x : 'I_n -> F) (S : seq (rat * form n)) : F :=
  \sum_(a <- S) ratr a.1 * `|form_value x a.2|.

(** ** Their values: [theta] on an arc from [v] to [u] stands for [E theta v u] *)

Lemma sum_inputs (A : zmodType) n (f : 'I_n -> A) : \sum_(q <- inputs n) f q = \sum_q f q.
Proof. by elim: n f => [|n IH] f; rewrite ?big_nil ?big_ord0 // big_ord_recl /= big_cons big_map IH. Qed.

Section Values.

Variables (A : comRingType) (iota_A : {rmorphism rat -> A}) (n : nat) (E : int -> 'I_n -> 'I_n -> A).
Implicit Types (S T : seq (rat * form n)) (theta : int) (v u q : 'I_n) (w : seq int).

Definition sum_value S : A := \sum_(a <- S) iota_A a.1 * \prod_(arc <- a.2) E arc.1 arc.2.1 arc.2.2.

Lemma sum_value_cat S T : sum_value (S ++ T) = sum_value S + sum_value T.
Proof. exact: big_cat. Qed.

Lemma sum_value_flatten (ss : seq (seq (rat * form n))) : sum_value (flatten ss) = \sum_(S <- ss) sum_value S.
Proof. by elim: ss => [|S ss IH]; rewrite ?big_cons /= ?sum_value_cat ?IH // /sum_value !big_nil. Qed.

Lemma sum_value_scale c S : sum_value (scale c S) = iota_A c * sum_value S.
Proof. by rewrite /sum_value big_map mulr_sumr; apply: eq_bigr => a _; rewrite rmorphM mulrA. Qed.

Lemma sum_value_times S T : sum_value (times S T) = sum_value S * sum_value T.
Proof.
rewrite /sum_value big_allpairs_dep mulr_suml; apply: eq_bigr => a _; rewrite mulr_sumr.
by apply: eq_bigr => b _; rewrite rmorphM big_cat mulrACA.
Qed.

Lemma sum_value_arc theta v u : sum_value (arc theta v u) = E theta v u.
Proof. by rewrite /sum_value !big_seq1 rmorph1 mul1r. Qed.

Lemma sum_value_minus_one : sum_value [:: (-1, [::])] = -1.
Proof. by rewrite /sum_value big_seq1 big_nil rmorphN1 mulr1. Qed.

Lemma sum_value_graph w q : sum_value (graph_forms w q) = graph_value E w q.
Proof.
elim: w q => [|theta [|theta' w] IH] q; first by rewrite /sum_value big_nil.
  exact: sum_value_minus_one.
rewrite graph_value_cons -!IH sum_value_flatten big_map sum_inputs; apply: eq_bigr => v _.
rewrite sum_value_times !sum_value_cat sum_value_scale sum_value_times.
by rewrite !sum_value_arc sum_value_minus_one rmorphN1 mulN1r -IH.
Qed.

Lemma sum_value_terms : sum_value (mean_minus_min_terms n)
  = \sum_(1 <= k < n) \sum_q \sum_(a <- words k) \sum_(b <- words k)
      iota_A (difference_weight n k * (a.1 * b.1)) * graph_value E (two_words a.2 b.2) q.
Proof.
rewrite sum_value_flatten big_allpairs_dep /index_iota subn1; apply: eq_bigr => k _.
rewrite sum_inputs; apply: eq_bigr => q _; rewrite sum_value_flatten big_allpairs_dep.
by apply: eq_bigr => a _; apply: eq_bigr => b _; rewrite sum_value_scale sum_value_graph.
Qed.

End Values.

(** ** Absolute values *)

Section AbsoluteValues.

Variables (F : realFieldType) (n : nat) (x : 'I_n -> F).

Definition arc_value (theta : int) (v u : 'I_n) : (formal F) := exponential (theta%:~R * relu (x u - x v)).

Lemma linearly_sum S :
  linearly (fun v : F => `|v|) (sum_value [rmorphism of @constant F] arc_value S) = absolute_sum x S.
Proof.
rewrite /sum_value raddf_sum; apply: eq_bigr => a _; rewrite -exponential_sum; exact: linearly_exponential.
Qed.

End AbsoluteValues.
