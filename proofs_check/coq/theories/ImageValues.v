(** * Values of images, and how often a form has the same image

    The value of an image at x is the value of the form at the numbers in another order.  The sum over a group of what
    depends on the image alone is the number of permutations that fix the form times the sum over the different
    images. *)

From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Checker Images.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Delimit Scope Z_scope with z.


(** ** Pairs and coefficients *)

Lemma mem_pairs n i j : ((i, j) \in pairs n) = (i <= j < n).
Proof.
rewrite /pairs; apply/allpairsPdep/idP => [[i' [j' [/= ]]]|/andP[le_ij lt_jn]].
  rewrite !mem_iota add0n => /andP[_ lt_in] /andP[le_ij]; rewrite subnKC ?(ltnW lt_in) // => lt_jn [-> ->].
  by rewrite le_ij.
have lt_in := leq_ltn_trans le_ij lt_jn.
by exists i, j; rewrite !mem_iota add0n /= lt_in le_ij subnKC ?(ltnW lt_in).
Qed.

Lemma uniq_pairs n : uniq (pairs n).
Proof.
by apply: allpairs_uniq_dep => [|i _|]; rewrite ?iota_uniq // => -[a b] [c d] _ _ /= [-> ->].
Qed.

Lemma same_pairC a b : same_pair a b = same_pair b a.
Proof. by case: a b => a a' [b b']; rewrite /same_pair !xpair_eqE /= (eq_sym a) (eq_sym a') (eq_sym a b') (eq_sym a' b) [(b' == a) && _]andbC. Qed.

Definition ordered (a : nat * nat) := (minn a.1 a.2, maxn a.1 a.2).

Lemma same_ordered a b : same_pair a b = (ordered a == ordered b).
Proof.
case: a b => a a' [b b']; rewrite /same_pair /ordered !xpair_eqE /=.
apply/orP/andP => [[]/andP[/eqP-> /eqP->]|[/eqP E1 /eqP E2]]; first by rewrite !eqxx.
  by rewrite minnC maxnC !eqxx.
move: E1 E2; rewrite /minn /maxn; case: (ltnP a a'); case: (ltnP b b') => _ _ -> ->; rewrite !eqxx; by [left | right].
Qed.

Lemma ordered_in n a : a.1 < n -> a.2 < n -> ordered a \in pairs n.
Proof.
move=> lt1 lt2; rewrite mem_pairs /ordered /= gtn_max lt1 lt2 /= andbT.
by rewrite leq_max geq_min leqnn.
Qed.

Lemma ordered_pairs n a : a \in pairs n -> ordered a = a.
Proof. by case: a => i j; rewrite mem_pairs /ordered /= => /andP[le_ij _]; rewrite (minn_idPl le_ij) (maxn_idPr le_ij). Qed.

Lemma coefficient_same k a b : same_pair a b -> coefficient k a = coefficient k b.
Proof.
by rewrite same_ordered => /eqP E; rewrite /coefficient; congr (sum (map _ _)); apply: eq_filter => e; rewrite !same_ordered E.
Qed.

Lemma coefficient_ordered k a : coefficient k (ordered a) = coefficient k a.
Proof.
apply: coefficient_same; rewrite same_ordered; apply/eqP; case: a => a b; rewrite /ordered /=.
have le_mm : minn a b <= maxn a b by rewrite leq_max geq_min leqnn.
by rewrite (minn_idPl le_mm) (maxn_idPr le_mm).
Qed.

(** Equal images are equal coefficients of all pairs. *)
Lemma eq_image n k p q :
  reflect (forall i j, i < n -> j < n -> coefficient (moved p k) (i, j) = coefficient (moved q k) (i, j))
    (image n k p == image n k q).
Proof.
apply: (iffP eqP) => [/eq_in_map E i j lt_i lt_j | E].
  by rewrite -coefficient_ordered E ?coefficient_ordered // ordered_in.
apply/eq_in_map => -[i j]; rewrite mem_pairs => /andP[le_ij lt_jn]; apply: E => //.
exact: leq_ltn_trans lt_jn.
Qed.

(** ** Values of images *)

Definition within (n : nat) (k : form) : bool := all (fun e : part => (e.2.1 < n) && (e.2.2 < n)) k.

Section Values.

Variable F : realFieldType.
Implicit Types (x : nat -> F).
Local Open Scope ring_scope.
Local Notation "[ z ]" := (of_Z F z).

Definition max_at x (a : nat * nat) : F := Num.max (x a.1) (x a.2).

Lemma max_ordered x a : max_at x (ordered a) = max_at x a.
Proof. by case: a => a b; rewrite /max_at /ordered /= /minn /maxn; case: ifP => _ //; rewrite maxC. Qed.

(** The value of a form, part by part. *)
Definition by_parts (k : form) x : F := \sum_(e <- k) [e.1] * max_at x e.2.

Lemma value_image n k p x : within n (moved p k) -> value n (image n k p) x = by_parts (moved p k) x.
Proof.
move=> inside; rewrite /value /image -{2}(map_id (pairs n)) zip_map big_map /=.
transitivity (\sum_(ij <- pairs n) \sum_(e <- moved p k | same_pair e.2 ij) [e.1] * max_at x ij).
  by apply: eq_bigr => ij _; rewrite /coefficient of_Z_sum big_map big_filter mulr_suml.
rewrite (exchange_big_dep predT) //=; apply: eq_big_seq => e /(allP inside) /andP[lt1 lt2].
have in_pairs := ordered_in lt1 lt2; have ordered_twice : ordered (ordered e.2) = ordered e.2.
  exact: ordered_pairs in_pairs.
rewrite big_mkcond (bigD1_seq (ordered e.2)) ?uniq_pairs //= same_ordered ordered_twice eqxx max_ordered.
rewrite big_seq_cond big1 ?addr0 // => ij /andP[/ordered_pairs def_ij neq_ij].
by rewrite same_ordered def_ij eq_sym (negbTE neq_ij).
Qed.

End Values.


(** ** Groups, and how often a form has the same image *)

Section Permutations.

Variable n : nat.
Implicit Types (t r s : seq nat).

Definition permutes t := t \in permutations (iota 0 n).

Lemma size_permutes t : permutes t -> size t = n.
Proof. by rewrite /permutes mem_permutations => /perm_size; rewrite size_iota. Qed.

Lemma mem_permutes t i : permutes t -> (i \in t) = (i < n).
Proof. by rewrite /permutes mem_permutations => /perm_mem->; rewrite mem_iota. Qed.

Lemma uniq_permutes t : permutes t -> uniq t.
Proof. by rewrite /permutes mem_permutations => /perm_uniq->; rewrite iota_uniq. Qed.

Lemma nth_permutes t i : permutes t -> i < n -> nth 0 t i < n.
Proof. by move=> pt lt_in; rewrite -(mem_permutes _ pt) mem_nth // size_permutes. Qed.

Lemma eq_nth_permutes t i j : permutes t -> i < n -> j < n -> (nth 0 t i == nth 0 t j) = (i == j).
Proof. by move=> pt lt_i lt_j; rewrite nth_uniq ?size_permutes ?uniq_permutes. Qed.

Lemma index_permutes t i : permutes t -> i < n -> (index i t < n) * (nth 0 t (index i t) = i).
Proof. by move=> pt lt_i; split; [rewrite -(size_permutes pt) index_mem | rewrite nth_index]; rewrite ?mem_permutes. Qed.

Lemma compose_permutes t r : permutes t -> permutes r -> permutes [seq nth 0 t i | i <- r].
Proof.
move=> pt pr; rewrite /permutes mem_permutations; apply: uniq_perm (iota_uniq 0 n) _ => [|i].
  rewrite map_inj_in_uniq ?(uniq_permutes pr) // => i j; rewrite !(mem_permutes _ pr) => lt_i lt_j /eqP.
  by rewrite eq_nth_permutes // => /eqP.
rewrite mem_iota /= add0n; apply/mapP/idP => [[j] | lt_i].
  by rewrite (mem_permutes _ pr) => lt_j ->; apply: nth_permutes.
by have [lt_j def] := index_permutes pt lt_i; exists (index i t); rewrite ?(mem_permutes _ pr).
Qed.

Lemma invert_permutes t l : permutes t -> permutes l -> permutes [seq index a t | a <- l].
Proof.
move=> pt pl; rewrite /permutes mem_permutations; apply: uniq_perm (iota_uniq 0 n) _ => [|i].
  rewrite map_inj_in_uniq ?(uniq_permutes pl) // => i j; rewrite !(mem_permutes _ pl) => lt_i lt_j same.
  by rewrite -[i](index_permutes pt) // same index_permutes.
rewrite mem_iota /= add0n; apply/mapP/idP => [[j] | lt_i].
  by rewrite (mem_permutes _ pl) => lt_j ->; apply: (index_permutes pt lt_j).1.
exists (nth 0 t i); first by rewrite (mem_permutes _ pl) nth_permutes.
by rewrite index_uniq ?uniq_permutes ?size_permutes.
Qed.

Lemma compose_inj t : permutes t -> {in permutes &, injective (map (nth 0 t))}.
Proof.
move=> pt r s pr ps same; have back u : permutes u -> [seq index a t | a <- [seq nth 0 t i | i <- u]] = u.
  move=> pu; rewrite -map_comp map_id_in // => i; rewrite (mem_permutes _ pu) => lt_i /=.
  by rewrite index_uniq ?uniq_permutes ?size_permutes.
by rewrite -(back r pr) same back.
Qed.

Lemma within_moved k p : permutes p -> within n k -> within n (moved p k).
Proof.
move=> pp /allP inside; rewrite /within /moved all_map; apply/allP => e /inside /= /andP[lt1 lt2].
by rewrite !nth_permutes.
Qed.

Lemma coefficient_moved t r k i j : permutes t -> permutes r -> within n k -> i < n -> j < n ->
  coefficient (moved [seq nth 0 t a | a <- r] k) (nth 0 t i, nth 0 t j) = coefficient (moved r k) (i, j).
Proof.
move=> pt pr /allP inside lt_i lt_j; rewrite /coefficient /moved !filter_map -!map_comp.
congr sum; rewrite (eq_in_filter (a2 := preim (fun e : part => (e.1, (nth 0 r e.2.1, nth 0 r e.2.2)))
  (fun e : part => same_pair e.2 (i, j)))) //.
move=> e /inside /andP[lt1 lt2] /=; rewrite /same_pair !xpair_eqE /= !(nth_map 0) ?size_permutes //.
by rewrite !eq_nth_permutes ?nth_permutes.
Qed.

Lemma image_compose t r s k : permutes t -> permutes r -> permutes s -> within n k ->
  (image n k [seq nth 0 t a | a <- r] == image n k [seq nth 0 t a | a <- s]) = (image n k r == image n k s).
Proof.
move=> pt pr ps inside; apply/eq_image/eq_image => same i j lt_i lt_j.
  by have := same (nth 0 t i) (nth 0 t j); rewrite !coefficient_moved // => -> //; apply: nth_permutes.
have [lt_i' def_i] := index_permutes pt lt_i; have [lt_j' def_j] := index_permutes pt lt_j.
have := same _ _ lt_i' lt_j'.
by rewrite -(@coefficient_moved t r) // -(@coefficient_moved t s) // def_i def_j.
Qed.

Definition is_group (G : seq (seq nat)) : Prop :=
  [/\ uniq G, {subset G <= permutes} & forall t r, t \in G -> r \in G -> [seq nth 0 t i | i <- r] \in G].

Definition stabilizer (G : seq (seq nat)) (k : form) : nat := count (fun p => image n k p == image n k (iota 0 n)) G.

Lemma count_image G k t : is_group G -> within n k -> t \in G ->
  count (fun p => image n k p == image n k t) G = stabilizer G k.
Proof.
case=> uniq_G sub closed inside in_G; have pt := sub t in_G.
have same : perm_eq [seq [seq nth 0 t i | i <- r] | r <- G] G.
  have uniq_tG : uniq [seq [seq nth 0 t i | i <- r] | r <- G].
    by rewrite map_inj_in_uniq // => r s /sub pr /sub ps; apply: compose_inj.
  have [|/=|_ same] := uniq_min_size uniq_tG (s2 := G); last exact: uniq_perm.
    by move=> p /mapP[r in_r ->]; apply: closed.
  by rewrite size_map.
rewrite -(permP same) count_map; apply: eq_in_count => r /sub pr /=.
have {2}-> : t = [seq nth 0 t i | i <- iota 0 n] by rewrite map_nth_iota0 ?size_permutes // take_oversize ?size_permutes.
by rewrite image_compose // /permutes mem_permutations.
Qed.

Lemma orbit_count (F : realFieldType) (f : seq Z -> F) G k : is_group G -> within n k ->
  (\sum_(p <- G) f (image n k p) = (stabilizer G k)%:R * \sum_(A <- images n G k) f A)%R.
Proof.
move=> group inside; rewrite mulr_natl -sumrMnl -(big_map (image n k) xpredT f) -big_undup_iterop_count.
apply: eq_big_seq => A; rewrite mem_undup => /mapP[t in_G ->].
by rewrite count_map (eq_count (a2 := fun p => image n k p == image n k t)) // count_image.
Qed.

End Permutations.
