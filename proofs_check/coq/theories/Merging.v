(** * The sum of the k largest of two sorted lists

    Claim: for [a_1 >= ... >= a_p] and [b_1 >= ... >= b_q] and [1 <= k <= p + q], the sum of the [k] largest of all
    [p + q] numbers is the sum of [max(a_i, b_j)] over [i + j = k + 1], where a term whose [a_i] does not exist is [b_j],
    and one whose [b_j] does not exist is [a_i].

    Proof.  Let [a_1 >= b_1]; the other case is the same with the lists exchanged.  Then [a_1] is the largest of all, and
    the term with [i = 1] is [max(a_1, b_k) = a_1].  The other terms are those of the lists without [a_1], for [k-1]. *)

From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Merging.

Variable F : realFieldType.
Implicit Types (a b s : seq F) (i j k : nat).

Definition decreasing s : bool := sorted (fun x y => y <= x) s.

(** The sum of the [k] largest numbers of a list. *)
Definition sum_of_largest k s : F := \sum_(x <- take k (sort (fun x y => y <= x) s)) x.

(** max(a_i, b_j), with numbers counted from 1; a number that does not exist is left out. *)
Definition larger a b i j : F :=
  if (size a < i)%N then b`_j.-1 else if (size b < j)%N then a`_i.-1 else Num.max a`_i.-1 b`_j.-1.

Definition sum_of_maxima a b k : F := \sum_(1 <= i < k.+1) larger a b i (k.+1 - i).

Let ge : rel F := fun x y => y <= x.

Let ge_total : total ge. Proof. by move=> x y; exact: le_total. Qed.
Let ge_trans : transitive ge. Proof. by move=> y x z le_yx le_zy; apply: le_trans le_zy le_yx. Qed.
Let ge_anti : antisymmetric ge. Proof. by move=> x y /andP[le_yx le_xy]; apply/le_anti/andP. Qed.

Lemma sum_of_largest_perm k s t : perm_eq s t -> sum_of_largest k s = sum_of_largest k t.
Proof. by move=> same; rewrite /sum_of_largest (perm_sortP ge_total ge_trans ge_anti s t same). Qed.

Lemma sum_of_largest_cons k x s :
  all (fun y => y <= x) s -> sum_of_largest k.+1 (x :: s) = x + sum_of_largest k s.
Proof.
move=> largest; rewrite /sum_of_largest (_ : sort _ (x :: s) = x :: sort ge s) /= ?big_cons //.
apply: (sorted_eq ge_trans ge_anti); first exact: sort_sorted.
  rewrite /= path_sortedE // sort_sorted // andbT; apply/allP => y; rewrite mem_sort => in_s.
  exact: (allP largest).
by rewrite perm_sort perm_cons perm_sym perm_sort.
Qed.

Lemma decreasing_head x s i : decreasing (x :: s) -> (i < size s)%N -> s`_i <= x.
Proof. by rewrite /decreasing /= (path_sortedE ge_trans) => /andP[/allP below _] lt_i; apply/below/mem_nth. Qed.

Lemma decreasing_all x s : decreasing (x :: s) -> all (fun y => y <= x) s.
Proof. by rewrite /decreasing /= (path_sortedE ge_trans) => /andP[]. Qed.

Lemma larger_swap a b i j :
  (0 < i)%N -> (0 < j)%N -> (i + j <= (size a + size b).+1)%N -> larger a b i j = larger b a j i.
Proof.
move=> i_gt0 j_gt0 le_ij; rewrite /larger maxC.
case: ltnP => [lt_i | _]; case: ltnP => [lt_j | _] //.
have := leq_add lt_i lt_j; rewrite addSn addnS => /leq_trans-/(_ _ le_ij); by rewrite ltnn.
Qed.

Lemma sum_of_maxima_swap a b k : (k <= size a + size b)%N -> sum_of_maxima a b k = sum_of_maxima b a k.
Proof.
move=> le_k; rewrite /sum_of_maxima big_nat_rev /= !big_nat; apply: eq_bigr => i /andP[i_gt0 lt_i].
by rewrite add1n subSS subKn ?(ltnW lt_i) // larger_swap ?subn_gt0 // subnK ?ltnS // ltnW.
Qed.

(** The step: the largest number of all is the first of the first list. *)
Lemma sum_of_maxima_step x a b k :
  decreasing b -> (forall i, (i < size b)%N -> b`_i <= x) -> sum_of_maxima (x :: a) b k.+1 = x + sum_of_maxima a b k.
Proof.
move=> sorted_b largest; rewrite /sum_of_maxima big_ltn //; congr (_ + _).
  rewrite /larger /= subn1 /=; case: ltnP => // lt_k.
  by apply/max_idPl/largest.
rewrite big_add1 /= !big_nat; apply: eq_bigr => i /andP[i_gt0 _].
by rewrite /larger /= ltnS subSS; case: i i_gt0.
Qed.

Lemma merged a b k :
  decreasing a -> decreasing b -> (k <= size a + size b)%N -> sum_of_largest k (a ++ b) = sum_of_maxima a b k.
Proof.
have [n] := ubnP (size a + size b); elim: n a b k => // n IH a b [|k] lt_n sorted_a sorted_b.
  by rewrite /sum_of_largest take0 big_nil /sum_of_maxima big_geq.
have first x c e : (size (x :: c) + size e < n.+1)%N -> decreasing (x :: c) -> decreasing e ->
    (forall i, (i < size e)%N -> e`_i <= x) -> (k < size (x :: c) + size e)%N ->
    sum_of_largest k.+1 ((x :: c) ++ e) = sum_of_maxima (x :: c) e k.+1.
  move=> lt_size sorted_c sorted_e largest le_k; rewrite sum_of_maxima_step // -IH //.
  - rewrite /= sum_of_largest_cons // all_cat decreasing_all //.
    by apply/(all_nthP 0) => i; apply: largest.
  - exact: path_sorted sorted_c.
case: a b sorted_a sorted_b lt_n => [|x a] [|y b] // sorted_a sorted_b lt_n le_k.
- rewrite sum_of_maxima_swap // -first // 1?addnC //=.
  by apply: sum_of_largest_perm; rewrite cats0.
- by apply: first.
case: (leP y x) => [le_yx | /ltW le_xy].
  apply: first => // -[|i] //= lt_i; apply: le_trans le_yx.
  exact: decreasing_head.
rewrite sum_of_maxima_swap // -first // 1?addnC //; first by apply: sum_of_largest_perm; rewrite perm_catC.
by move=> -[|i] //= lt_i; apply: le_trans le_xy; apply: decreasing_head.
Qed.

End Merging.

(** Theorem: the sum of the k largest of the numbers a_1 >= ... >= a_p, b_1 >= ... >= b_q is the sum of max(a_i, b_j)
    over i + j = k + 1, where a number that does not exist is left out, 1 <= k <= p + q. *)
Theorem merging_sorted_lists (F : realFieldType) (a b : seq F) (k : nat) :
  decreasing a -> decreasing b -> (0 < k <= size a + size b)%N ->
  sum_of_largest k (a ++ b) = \sum_(1 <= i < k.+1) larger a b i (k.+1 - i).
Proof. by move=> sorted_a sorted_b /andP[_]; exact: merged. Qed.
