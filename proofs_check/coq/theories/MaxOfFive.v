(** * The maximum of five numbers in two hidden layers

    Claim: with [M_ab = max(x_a, x_b)],
<<
      30 max(x_1..x_5) = sum over the 15 ways {a | bc | de} of max(2 x_a, M_bc + M_de)
                       + 12 sum over the 5 four-subsets of their maximum
                       - sum over the 30 ways {a, {b,c}, {d,e}} of max(M_ab + M_ac, M_bc + M_de),
>>
    for all x_1, ..., x_5 in an ordered field.  Each term is a maximum of two sums of maxima of two numbers.

    Proof.  Each of the three sums, and the maximum, is symmetric; so let [x_1 <= ... <= x_5].  Then every [M] is one
    of the two numbers, and all but three of the outer maxima are one of the two sums.  The three,
    [max(2 x_4, x_2 + x_5)], [max(2 x_4, x_3 + x_5)] (twice) and [max(2 x_3, x_2 + x_5)], occur with opposite signs in
    the first and in the third sum.  What is left is linear. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section MaxOfFive.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (a b c d e : F).

Local Notation max := Num.max.

(** ** The terms *)

(** {a | bc | de}. *)
Definition split_term a b c d e : F := max (a + a) (max b c + max d e).

(** {a, {b,c}, {d,e}}. *)
Definition vee_term a b c d e : F := max (max a b + max a c) (max b c + max d e).

(** The three ways {a | .. | ..} with [a] alone. *)
Definition splits_at a b c d e : F := split_term a b c d e + split_term a b d c e + split_term a b e c d.

(** The six ways {a, {..}, {..}}. *)
Definition vees_at a b c d e : F :=
  vee_term a b c d e + vee_term a d e b c + vee_term a b d c e + vee_term a c e b d + vee_term a b e c d
  + vee_term a c d b e.

(** The four-subset without [a]. *)
Definition four_without a b c d e : F := max (max b c) (max d e).

Definition max_five a b c d e : F := max a (max (max b c) (max d e)).

(** The sum over the choice of the first element. *)
Definition over_first (term : F -> F -> F -> F -> F -> F) a b c d e : F :=
  term a b c d e + term b a c d e + term c a b d e + term d a b c e + term e a b c d.

Definition identity_of_five a b c d e : Prop :=
  30%:R * max_five a b c d e
  = over_first splits_at a b c d e + 12%:R * over_first four_without a b c d e - over_first vees_at a b c d e.

(** ** Symmetry: the adjacent transpositions *)

Definition symmetric_rest (term : F -> F -> F -> F -> F -> F) : Prop :=
  [/\ forall a b c d e, term a c b d e = term a b c d e,
      forall a b c d e, term a b d c e = term a b c d e
    & forall a b c d e, term a b c e d = term a b c d e].

Definition symmetric (term : F -> F -> F -> F -> F -> F) : Prop :=
  (forall a b c d e, term b a c d e = term a b c d e) /\ symmetric_rest term.

Lemma over_first_symmetric term : symmetric_rest term -> symmetric (over_first term).
Proof.
case=> swap_bc swap_cd swap_de; split; [|split] => a b c d e; rewrite /over_first.
- rewrite (swap_bc c) (swap_bc d) (swap_bc e); move: (term a _ _ _ _) (term b _ _ _ _) => s t.
  by rewrite [t + s]addrC.
- rewrite (swap_bc a) (swap_cd d) (swap_cd e); move: (term b _ _ _ _) (term c _ _ _ _) => s t.
  by rewrite [_ + t + s]addrAC.
- rewrite (swap_cd a) (swap_cd b) (swap_de e); move: (term c _ _ _ _) (term d _ _ _ _) => s t.
  by rewrite [_ + t + s]addrAC.
rewrite (swap_de a) (swap_de b) (swap_de c); move: (term d _ _ _ _) (term e _ _ _ _) => s t.
by rewrite addrAC.
Qed.

Lemma split_swap_left a b c d e : split_term a c b d e = split_term a b c d e.
Proof. by rewrite /split_term (maxC c). Qed.

Lemma split_swap_right a b c d e : split_term a b c e d = split_term a b c d e.
Proof. by rewrite /split_term (maxC e). Qed.

Lemma split_swap_pairs a b c d e : split_term a d e b c = split_term a b c d e.
Proof. by rewrite /split_term addrC. Qed.

Lemma vee_swap_left a b c d e : vee_term a c b d e = vee_term a b c d e.
Proof. by rewrite /vee_term (maxC c b) [max a c + _]addrC. Qed.

Lemma vee_swap_right a b c d e : vee_term a b c e d = vee_term a b c d e.
Proof. by rewrite /vee_term (maxC e). Qed.

Lemma splits_symmetric : symmetric_rest splits_at.
Proof.
split=> a b c d e; rewrite /splits_at.
- by rewrite (split_swap_left a b c d e) (split_swap_pairs a b e c d) (split_swap_pairs a b d c e); normal_ring F.
- by rewrite (split_swap_right a b e c d); normal_ring F.
by rewrite (split_swap_right a b c d e); normal_ring F.
Qed.

Lemma vees_symmetric : symmetric_rest vees_at.
Proof.
split=> a b c d e; rewrite /vees_at.
- by rewrite (vee_swap_left a b c d e) (vee_swap_right a d e b c); normal_ring F.
- by rewrite (vee_swap_right a b e c d) (vee_swap_left a c d b e); normal_ring F.
by rewrite (vee_swap_right a b c d e) (vee_swap_left a d e b c); normal_ring F.
Qed.

Lemma fours_symmetric : symmetric_rest four_without.
Proof. by split=> a b c d e; rewrite /four_without; [rewrite (maxC c) | rewrite maxACA | rewrite (maxC e)]. Qed.

Lemma max_five_symmetric : symmetric max_five.
Proof.
split; first by move=> a b c d e; rewrite /max_five -(maxA a c) -(maxA b c); exact: maxCA.
by split=> a b c d e; rewrite /max_five; [rewrite (maxC c) | rewrite maxACA | rewrite (maxC e)].
Qed.

(** A statement about five numbers that the adjacent transpositions respect holds if it holds for sorted numbers. *)
Lemma by_sorting (P : F -> F -> F -> F -> F -> Prop) :
  (forall a b c d e, P b a c d e -> P a b c d e) -> (forall a b c d e, P a c b d e -> P a b c d e) ->
  (forall a b c d e, P a b d c e -> P a b c d e) -> (forall a b c d e, P a b c e d -> P a b c d e) ->
  (forall a b c d e, a <= b -> b <= c -> c <= d -> d <= e -> P a b c d e) ->
  forall a b c d e, P a b c d e.
Proof.
move=> swap_ab swap_bc swap_cd swap_de sorted.
have insert_a a b c d e : b <= c -> c <= d -> d <= e -> P a b c d e.
  move=> bc cd de; case: (leP a b) => [ab | /ltW ba]; first exact: sorted.
  apply: swap_ab; case: (leP a c) => [ac | /ltW ca]; first exact: sorted.
  apply: swap_bc; case: (leP a d) => [ad | /ltW da]; first exact: sorted.
  by apply: swap_cd; case: (leP a e) => [ae | /ltW ea]; [exact: sorted | apply: swap_de; exact: sorted].
have insert_b a b c d e : c <= d -> d <= e -> P a b c d e.
  move=> cd de; case: (leP b c) => [bc | /ltW cb]; first exact: insert_a.
  apply: swap_bc; case: (leP b d) => [bd | /ltW db]; first exact: insert_a.
  by apply: swap_cd; case: (leP b e) => [be | /ltW eb]; [exact: insert_a | apply: swap_de; exact: insert_a].
have insert_c a b c d e : d <= e -> P a b c d e.
  move=> de; case: (leP c d) => [cd | /ltW dc]; first exact: insert_b.
  by apply: swap_cd; case: (leP c e) => [ce | /ltW ec]; [exact: insert_b | apply: swap_de; exact: insert_b].
move=> a b c d e; case: (leP d e) => [de | /ltW ed]; first exact: insert_c.
by apply: swap_de; exact: insert_c.
Qed.

Lemma identity_by_sorting :
  (forall a b c d e, a <= b -> b <= c -> c <= d -> d <= e -> identity_of_five a b c d e) ->
  forall a b c d e, identity_of_five a b c d e.
Proof.
have [m1 [m2 m3 m4]] := max_five_symmetric.
have [s1 [s2 s3 s4]] := over_first_symmetric splits_symmetric.
have [v1 [v2 v3 v4]] := over_first_symmetric vees_symmetric.
have [f1 [f2 f3 f4]] := over_first_symmetric fours_symmetric.
by apply: by_sorting => a b c d e;
  [ move: (m1 a b c d e) (s1 a b c d e) (v1 a b c d e) (f1 a b c d e)
  | move: (m2 a b c d e) (s2 a b c d e) (v2 a b c d e) (f2 a b c d e)
  | move: (m3 a b c d e) (s3 a b c d e) (v3 a b c d e) (f3 a b c d e)
  | move: (m4 a b c d e) (s4 a b c d e) (v4 a b c d e) (f4 a b c d e) ];
  rewrite /identity_of_five => -> -> -> ->.
Qed.

(** ** The sorted case *)

Lemma le_sums a b c d : a <= c -> b <= d -> a + b <= c + d.
Proof. exact: ler_add. Qed.

Lemma le_sums_crossed a b c d : a <= d -> b <= c -> a + b <= c + d.
Proof. by rewrite [c + d]addrC; apply: ler_add. Qed.

Ltac compare_one := first [assumption | exact: lexx].
Ltac compare :=
  first [compare_one | apply: le_sums; compare_one | apply: le_sums_crossed; compare_one].

(** Replaces the maxima whose larger side follows from the order of the five numbers. *)
Ltac decide_max :=
  repeat match goal with
  | |- context [Num.max ?x ?y] =>
      first [ rewrite (max_r (_ : x <= y)); last by compare | rewrite (max_l (_ : y <= x)); last by compare ]
  end.

Section Sorted.

Variables a b c d e : F.
Hypotheses (ab : a <= b) (bc : b <= c) (cd : c <= d) (de : d <= e).

Let ac : a <= c := le_trans ab bc.
Let ad : a <= d := le_trans ac cd.
Let ae : a <= e := le_trans ad de.
Let bd : b <= d := le_trans bc cd.
Let be : b <= e := le_trans bd de.
Let ce : c <= e := le_trans cd de.

(** The three maxima that the order does not decide. *)
Let p := max (d + d) (b + e).
Let q := max (d + d) (c + e).
Let r := max (c + c) (b + e).

Ltac evaluate := decide_max; rewrite -/p -/q -/r.

Lemma splits_e : splits_at e a b c d = 3%:R * (e + e).
Proof. by rewrite /splits_at /split_term; evaluate; normal_ring F. Qed.

Lemma splits_d : splits_at d a b c e = p + q + q.
Proof. by rewrite /splits_at /split_term; decide_max; rewrite [e + c]addrC. Qed.

Lemma splits_c : splits_at c a b d e = r + 2%:R * (d + e).
Proof. by rewrite /splits_at /split_term; evaluate; normal_ring F. Qed.

Lemma splits_b : splits_at b a c d e = c + e + 2%:R * (d + e).
Proof. by rewrite /splits_at /split_term; evaluate; normal_ring F. Qed.

Lemma splits_a : splits_at a b c d e = c + e + 2%:R * (d + e).
Proof. by rewrite /splits_at /split_term; evaluate; normal_ring F. Qed.

Lemma vees_e : vees_at e a b c d = 6%:R * (e + e).
Proof. by rewrite /vees_at /vee_term; evaluate; normal_ring F. Qed.

Lemma vees_d : vees_at d a b c e = p + q + q + 3%:R * (d + e).
Proof.
by rewrite /vees_at /vee_term; decide_max; rewrite ?[e + c]addrC ?[e + b]addrC -/p -/q; normal_ring F.
Qed.

Lemma vees_c : vees_at c a b d e = r + 5%:R * (d + e).
Proof. by rewrite /vees_at /vee_term; evaluate; normal_ring F. Qed.

Lemma vees_b : vees_at b a c d e = c + e + 5%:R * (d + e).
Proof. by rewrite /vees_at /vee_term; evaluate; normal_ring F. Qed.

Lemma vees_a : vees_at a b c d e = c + e + 5%:R * (d + e).
Proof. by rewrite /vees_at /vee_term; evaluate; normal_ring F. Qed.

Lemma fours : over_first four_without a b c d e = 4%:R * e + d.
Proof. by rewrite /over_first /four_without; evaluate; normal_ring F. Qed.

Lemma identity_sorted : identity_of_five a b c d e.
Proof.
have top : max_five a b c d e = e by rewrite /max_five; decide_max.
rewrite /identity_of_five top fours /over_first.
rewrite splits_a splits_b splits_c splits_d splits_e vees_a vees_b vees_c vees_d vees_e.
by move: p q r => p' q' r'; normal_ring F.
Qed.

End Sorted.

End MaxOfFive.

(** Theorem: thirty times the maximum of five numbers is the sum of the fifteen terms max(2 x_a, M_bc + M_de), plus
    twelve times the sum of the five maxima of four, less the sum of the thirty terms max(M_ab + M_ac, M_bc + M_de). *)
Theorem max_of_five (F : realFieldType) (a b c d e : F) : identity_of_five a b c d e.
Proof. by apply: identity_by_sorting a b c d e => a b c d e; apply: identity_sorted. Qed.
