(** * The network with two hidden layers

    The first hidden layer has the units [relu(x_v - x_u)] for all [v, u], and [relu(mean)], [relu(-mean)]; the second
    one [relu(g(-x))] and [relu(-g(-x))] for each form [g] of [mean_minus_min_terms n], and the two that carry the mean.
    As [max(x) = mean(x) + (mean - min)(-x)] and [|g| = relu(g) + relu(-g)], the output is the maximum. *)

From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
From Subpool Require Import Classes Reduction Networks TwoLayerForms TwoLayers.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition sign_of (b : bool) : rat := (-1) ^+ b.

Section Data.

Variable n : nat.

Definition first_layer : finType := [finType of ('I_n * 'I_n) + bool].
Definition second_layer : finType := [finType of ('I_(size (mean_minus_min_terms n)) * bool) + bool].

Definition term_at (j : nat) : rat * form n := nth (0, [::]) (mean_minus_min_terms n) j.

Definition first_weights (h : first_layer) (i : 'I_n) : rat :=
  match h with
  | inl (v, u) => (i == v)%:R - (i == u)%:R
  | inr b => sign_of b / n%:R
  end.

Definition second_weights (h : second_layer) (g : first_layer) : rat :=
  match h, g with
  | inl (j, b), inl arc => sign_of b * \sum_(a <- (term_at j).2 | a.2 == arc) a.1%:~R
  | inr b, inr b' => (b == b')%:R
  | _, _ => 0
  end.

Definition last_weights (h : second_layer) : rat :=
  match h with
  | inl (j, _) => (term_at j).1
  | inr b => sign_of b
  end.

Definition maximum_network : network [finType of 'I_n] 2 :=
  Hidden first_weights (fun=> 0) (Hidden second_weights (fun=> 0) (Output last_weights 0)).

End Data.

Section Value.

Variables (F : realFieldType) (n : nat) (x : 'I_n -> F).

Let mean : F := (\sum_i x i) / n%:R.

Lemma sign_ratr b : ratr (sign_of b) = (-1) ^+ b :> F.
Proof. exact: rmorph_sign. Qed.

Lemma first_arc v u : affine (first_weights (inl (v, u))) 0 x = x v - x u.
Proof.
rewrite /affine rmorph0 addr0 /=; under eq_bigr => i _ do rewrite rmorphB !rmorph_nat mulrBl.
have pick k : \sum_i (i == k)%:R * x i = x k.
  by rewrite (bigD1 k) //= eqxx mul1r big1 ?addr0 // => i /negbTE ->; rewrite mul0r.
by rewrite sumrB !pick.
Qed.

Lemma first_mean b : affine (first_weights (inr b)) 0 x = (-1) ^+ b * mean.
Proof.
rewrite /affine rmorph0 addr0 /= -mulr_sumr rmorphM fmorphV rmorph_nat /= sign_ratr.
by rewrite -mulrA; congr (_ * _); exact: mulrC.
Qed.

Lemma second_form j b (z : first_layer n -> F) :
  affine (second_weights (inl (j, b))) 0 z = (-1) ^+ b * \sum_(a <- (term_at n j).2) a.1%:~R * z (inl a.2).
Proof.
rewrite /affine rmorph0 addr0 big_sumType /= [X in _ + X]big1 ?addr0 => [|c _]; last by rewrite rmorph0 mul0r.
under eq_bigr => arc _ do rewrite rmorphM /= sign_ratr -mulrA rmorph_sum mulr_suml.
rewrite -mulr_sumr (exchange_big_dep predT) //=; congr (_ * _); apply: eq_bigr => a _.
by rewrite (big_pred1 a.2) ?ratr_int // => arc; rewrite eq_sym.
Qed.

Lemma second_mean b (z : first_layer n -> F) : affine (second_weights (inr b)) 0 z = z (inr b).
Proof.
rewrite /affine rmorph0 addr0 big_sumType /= big1 ?add0r => [|c _]; last by rewrite rmorph0 mul0r.
by rewrite (bigD1 b) //= eqxx rmorph1 mul1r big1 ?addr0 // => c; rewrite eq_sym => /negbTE ->; rewrite rmorph0 mul0r.
Qed.

Lemma maximum_network_value :
  compute (maximum_network n) x = mean + absolute_sum (fun i => - x i) (mean_minus_min_terms n).
Proof.
rewrite /= {1}/affine rmorph0 addr0 big_sumType /= addrC; congr (_ + _).
  rewrite big_bool /= !second_mean !first_mean !sign_ratr !expr1 !expr0 !mul1r !mulN1r.
  by rewrite (relu_pos (relu_ge0 _)) (relu_pos (relu_ge0 _)) addrC relu_self.
pose unit (j : 'I_(size (mean_minus_min_terms n))) b : F := ratr (term_at n j).1
  * relu (affine (second_weights (inl (j, b))) 0 (fun h => relu (affine (first_weights h) 0 x))).
rewrite (eq_bigr (fun p => unit p.1 p.2)) => [|[j b] _ //]; rewrite -(pair_bigA _ unit) /=.
rewrite /absolute_sum (big_nth (0, [::])) big_mkord; apply: eq_bigr => j _.
rewrite big_bool /= /unit -mulrDr; congr (_ * _).
rewrite !second_form expr1 expr0 mul1r mulN1r addrC.
have -> : \sum_(a <- (term_at n j).2) a.1%:~R * relu (affine (first_weights (inl a.2)) 0 x)
          = form_value (fun i => - x i) (term_at n j).2 :> F.
  by apply: eq_bigr => -[theta [v u]] _; rewrite first_arc /= opprK addrC.
exact: relu_abs.
Qed.

End Value.

Lemma maximum_network_correct (F : realFieldType) (n : nat) (x : 'I_n -> F) :
  (0 < n)%N -> compute (maximum_network n) x = maximum x.
Proof.
case: n x => // n x _; rewrite maximum_network_value.
have [s sorted_x] := sorting_permutation x.
have largest i : x i <= x (s ord_max).
  by have := sorted_x (s^-1 i)%g ord_max (leq_ord _); rewrite permKV.
rewrite /maximum (@max_overE _ _ setT x (s ord_max)) //.
have := @two_layers F n.+1 (fun i => - x i) (s ord_max); rewrite -/(absolute_sum _ _) => <- => [|i].
  by rewrite sumrN mulNr opprK addrA subrr add0r.
by rewrite ler_opp2.
Qed.

(** Theorem: for every n >= 1 one ReLU network with two hidden layers and rational weights computes the maximum of n
    inputs, in every ordered field. *)
Theorem maximum_in_two_layers (n : nat) :
  (0 < n)%N ->
  exists net : network [finType of 'I_n] 2, forall (F : realFieldType) (x : 'I_n -> F), compute net x = maximum x.
Proof. by move=> n_gt0; exists (maximum_network n) => F x; exact: maximum_network_correct. Qed.
