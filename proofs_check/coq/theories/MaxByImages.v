(** * Identities for the maximum, by computation

    An identity that [Images.v] states is checked in each order of the numbers by [Cells.v]: images under a group meet an
    order as one form meets the images of the order.  So if all permutations are in the group, one order is enough, and
    the checker takes all forms along all orders once: 40,320 orders and 32 forms for eight numbers. *)

From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Checker Images ImageValues Cells.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Delimit Scope Z_scope with z.


(** ** The checker of an identity *)

(** [coefficient], with no more comparisons than it takes: the kernel evaluates both sides of && and ||. *)
Fixpoint quick (k : form) (i j : nat) : Z :=
  match k with
  | [::] => 0%z
  | e :: k' =>
    if (if eqn e.2.1 i then eqn e.2.2 j else if eqn e.2.1 j then eqn e.2.2 i else false)
    then Z.add e.1 (quick k' i j) else quick k' i j
  end.

(** p fixes the form: the pairs are tried one after another, as most permutations fail soon. *)
Fixpoint fixes (k : form) (ps : seq (nat * nat)) (A : seq Z) (p : seq nat) : bool :=
  match ps, A with
  | ij :: ps', a :: A' => if Z.eqb (quick k (nth 0 p ij.1) (nth 0 p ij.2)) a then fixes k ps' A' p else false
  | _, _ => true
  end.

Definition count_fixing (n : nat) (G : seq (seq nat)) (k : form) : Z :=
  let ps := [seq e.2 | e <- k] ++ pairs n in
  let A := [seq coefficient k ij | ij <- ps] in
  foldl (fun c p => if fixes k ps A p then Z.succ c else c) 0%z G.

(** A row with the number of permutations that fix its form, and its weight over the denominator S. *)
Definition counted (n : nat) (G : seq (seq nat)) (rows : seq row) : seq (row * Z) :=
  [seq (r, count_fixing n G r.2) | r <- rows].

Definition weight (S : Z) (rc : row * Z) : Z := Z.div (rc.1.1.1 * S) (rc.1.1.2 * rc.2).

Definition weighed (S : Z) (rows : seq (row * Z)) : seq (Z * form) := [seq (weight S rc, rc.1.2) | rc <- rows].

Definition exact_weight (n : nat) (S : Z) (rc : row * Z) : bool :=
  [&& within n rc.1.2, Z.ltb 0 rc.1.1.2, Z.ltb 0 rc.2 & Z.eqb (weight S rc * (rc.1.1.2 * rc.2)) (rc.1.1.1 * S)].

(** On each of the cells, given by the orders in which they meet the images. *)
Definition check_identity (n : nat) (G : seq (seq nat)) (cells : seq (seq (seq nat))) (S t : Z) (plain rows : seq row)
  : bool :=
  let plain' := counted n G plain in
  let rows' := counted n G rows in
  [&& 0 < n, Z.ltb 0 S, all (exact_weight n S) (plain' ++ rows')
    & all (fun orders => check_cell n orders (weighed S plain') (weighed S rows') (Z.mul t S)) cells].

(** ** It is sound *)

Lemma quickE k i j : quick k i j = coefficient k (i, j).
Proof.
elim: k => [|[c [a b]] k IH] //=; rewrite IH /coefficient /= /same_pair !xpair_eqE /= -!eqnE.
by do 4 case: eqnP => //= ?; subst.
Qed.

Lemma fixesE k ps p : fixes k ps [seq coefficient k ij | ij <- ps] p =
  all (fun ij => coefficient k (nth 0 p ij.1, nth 0 p ij.2) == coefficient k ij) ps.
Proof. by elim: ps => [|[i j] ps IH] //=; rewrite quickE IH. Qed.

Lemma moved_iota n k : within n k -> moved (iota 0 n) k = k.
Proof.
move/allP=> inside; rewrite /moved map_id_in // => -[c [a b]] /inside /andP[/= lt_a lt_b].
by rewrite !nth_iota.
Qed.

Lemma fixed_image n k p : within n k -> permutes n p ->
  fixes k ([seq e.2 | e <- k] ++ pairs n) [seq coefficient k ij | ij <- [seq e.2 | e <- k] ++ pairs n] p =
  (image n k p == image n k (iota 0 n)).
Proof.
move=> inside pp; have pi : permutes n (iota 0 n) by rewrite /permutes mem_permutations.
have at_images i j : i < n -> j < n -> coefficient (moved p k) (nth 0 p i, nth 0 p j) = coefficient k (i, j).
  move=> lt_i lt_j; rewrite -[in RHS](moved_iota inside) -(coefficient_moved pp pi) //.
  by rewrite map_nth_iota0 ?take_oversize ?size_permutes // (size_permutes pp).
rewrite fixesE; apply/allP/eq_image => [same i j lt_i lt_j | same [i j] in_ps].
  have [lt_i' def_i] := index_permutes pp lt_i; have [lt_j' def_j] := index_permutes pp lt_j.
  rewrite moved_iota // -{1}def_i -{1}def_j at_images // -coefficient_ordered.
  have in_ps : ordered (index i p, index j p) \in [seq e.2 | e <- k] ++ pairs n by rewrite mem_cat ordered_in ?orbT.
  move/eqP: (same _ in_ps) => <-; apply: coefficient_same.
  move: (index i p) (index j p) def_i def_j {lt_i' lt_j' in_ps} => i' j' <- <-.
  by rewrite /same_pair /ordered /minn /maxn; case: ltnP => _ /=; rewrite eqxx ?orbT.
have /andP[lt_i lt_j] : (i < n) && (j < n).
  move: in_ps; rewrite mem_cat => /orP[/mapP[[c [a b]] /(allP inside) /= lt_ab [-> ->]]|] //.
  by rewrite mem_pairs => /andP[le_ij lt_jn]; rewrite lt_jn (leq_ltn_trans le_ij).
by apply/eqP; rewrite /= -[RHS]at_images // same ?nth_permutes // moved_iota //.
Qed.

Lemma foldl_count (T : Type) (test : pred T) (s : seq T) c :
  foldl (fun c p => if test p then Z.succ c else c) c s = Z.add c (Z.of_nat (count test s)).
Proof.
elim: s c => [|p s IH] c /=; first by rewrite Z.add_0_r.
by rewrite IH; case: (test p) => /=; rewrite -?plusE; lia.
Qed.

Lemma count_fixingE n G k : {subset G <= permutes n} -> within n k ->
  count_fixing n G k = Z.of_nat (stabilizer n G k).
Proof.
move=> sub inside; rewrite /count_fixing foldl_count; congr Z.of_nat.
by apply: eq_in_count => p /sub pp; apply: fixed_image.
Qed.

Section Sound.

Variable F : realFieldType.
Local Open Scope ring_scope.
Local Notation "[ z ]" := (of_Z F z).
Implicit Types (x : nat -> F).

(** The orders of decreasing x(p(i)). *)
Definition orders_of (l : seq nat) (G : seq (seq nat)) : seq (seq nat) := [seq [seq index a p | a <- l] | p <- G].

Definition decreasing x (l : seq nat) : bool := sorted (fun a b => x b <= x a) l.

Lemma value_along n k p l x : within n k -> permutes n p -> permutes n l -> decreasing x l ->
  value n (image n k p) x = dot (along [seq index a p | a <- l] k) [seq x a | a <- l].
Proof.
move=> inside pp pl down; rewrite value_image ?within_moved //.
have -> : by_parts (moved p k) x = by_parts k (fun i => x (nth 0%N p i)) by rewrite /by_parts /moved big_map.
have back : [seq nth 0%N p i | i <- [seq index a p | a <- l]] = l.
  by rewrite -map_comp map_id_in // => a; rewrite (mem_permutes _ pl) => lt_a /=; rewrite (index_permutes pp lt_a).2.
rewrite (by_along (order := [seq index a p | a <- l])).
- by congr (dot _ _); rewrite -[in RHS]back -!map_comp.
- by move: down; rewrite /decreasing -{1}back sorted_map.
by apply/allP => e /(allP inside) /andP[lt1 lt2]; rewrite !(mem_permutes _ (invert_permutes pp pl)) lt1.
Qed.

Lemma orbit_sum_cell phi n G S rows x l : is_group n G -> permutes n l -> decreasing x l ->
  all (exact_weight n S) (counted n G rows) ->
  [S] * orbit_sum phi n G rows x = cell_sum phi (orders_of l G) (weighed S (counted n G rows)) [seq x a | a <- l].
Proof.
move=> group pl down; rewrite /orbit_sum /cell_sum /weighed /counted -map_comp big_map /= all_map.
move=> /allP all_exact; rewrite mulr_sumr; apply: eq_big_seq => r /all_exact /=.
rewrite /exact_weight /=; set W := weight _ _ => /and4P[inside /of_Z_gt0 q_gt0 _].
have [_ sub _] := group; rewrite (count_fixingE sub inside) => /(of_Z_eq F); rewrite !of_ZM of_Z_nat => def_W; rewrite big_map -mulr_sumr.
have -> : \sum_(p <- G) phi (dot (along [seq index a p | a <- l] r.2) [seq x a | a <- l])
  = \sum_(p <- G) phi (value n (image n r.2 p) x).
  by apply: eq_big_seq => p in_G; rewrite (value_along inside (sub p in_G) pl down).
rewrite (orbit_count (fun A => phi (value n A x))) // !mulrA; congr (_ * _).
apply: (canLR (mulfK (lt0r_neq0 (q_gt0 F)))).
by rewrite [LHS]mulrC -def_W mulrA mulrAC.
Qed.

Lemma le_max_of (s : seq nat) x a i : i \in s -> x i <= \big[Num.max/a]_(j <- s) x j.
Proof. by elim: s => // j s IH; rewrite inE big_cons le_maxr => /predU1P[-> | /IH->]; rewrite ?lexx ?orbT. Qed.

Lemma max_of_head n x l : permutes n l -> decreasing x l -> (0 < n)%N -> max_of n x = head 0 [seq x a | a <- l].
Proof.
move=> pl down n_gt0; case: l pl down => [|a l] pl down; first by move: n_gt0; rewrite -(size_permutes pl).
have trans : transitive (fun a b => x b <= x a) by move=> ? ? ? le1 le2; apply: le_trans le2 le1.
have top i : i \in a :: l -> x i <= x a.
  by rewrite inE => /predU1P[-> // | in_l]; apply: (allP (order_path_min trans down)).
have lt_a : (a < n)%N by rewrite -(mem_permutes _ pl) mem_head.
apply/eqP; rewrite /= eq_le le_max_of ?mem_iota // andbT /max_of big_seq.
apply: (big_ind (fun m => m <= x a)) => [|m m' le_m le_m'|i]; first by rewrite top // (mem_permutes _ pl).
  by rewrite le_maxl le_m.
by rewrite mem_iota add0n => lt_i; rewrite top // (mem_permutes _ pl).
Qed.

(** Whatever the order of the numbers, the images are met in the orders of one of the cells. *)
Definition covers (n : nat) (G : seq (seq nat)) (cells : seq (seq (seq nat))) : Prop :=
  forall l, permutes n l -> exists2 orders, orders \in cells & perm_eq orders (orders_of l G).

Lemma check_identity_sound n G cells S t plain rows : is_group n G -> covers n G cells ->
  check_identity n G cells S t plain rows -> max_by_images F n G t plain rows.
Proof.
move=> group cover /and4P[n_gt0 S_gt0 all_exact cells_ok] x.
pose l := sort (fun a b => x b <= x a) (iota 0 n).
have pl : permutes n l by rewrite /permutes mem_permutations /l perm_sort.
have down : decreasing x l by apply: sort_sorted => a b; apply: le_total.
move: all_exact; rewrite all_cat => /andP[exact_plain exact_rows].
have [orders /(allP cells_ok) cell_ok same] := cover l pl.
have := of_Z_gt0 F S_gt0 => /lt0r_neq0 /mulfI; apply.
rewrite mulrDr !(orbit_sum_cell _ group pl down) // (max_of_head pl down n_gt0) mulrA [[S] * _]mulrC -of_ZM.
have down_z : sorted >=%R [seq x a | a <- l] by rewrite sorted_map.
have nonempty : all (fun order => order != [::]) orders.
  apply/allP => order; rewrite (perm_mem same) => /mapP[p _ ->].
  by rewrite -size_eq0 size_map (size_permutes pl) -lt0n.
rewrite -(check_cell_sound cell_ok nonempty) ?size_map ?(size_permutes pl) //.
have sums phi rows' z : cell_sum phi orders rows' z = cell_sum phi (orders_of l G) rows' z :> F.
  by apply: eq_bigr => wk _; apply: perm_big.
by rewrite !sums.
Qed.

End Sound.

(** ** The groups *)

Lemma symmetric_group n : is_group n (permutations (iota 0 n)).
Proof. by split=> [|//|t r in_t in_r]; [exact: permutations_uniq | exact: compose_permutes]. Qed.

(** One cell is enough for all permutations. *)
Lemma symmetric_covers n : covers n (permutations (iota 0 n)) [:: permutations (iota 0 n)].
Proof.
move=> l pl; exists (permutations (iota 0 n)); first exact: mem_head.
have uniq_orders : uniq (orders_of l (permutations (iota 0 n))).
  rewrite map_inj_in_uniq ?permutations_uniq // => p q pp pq same.
  apply: (@eq_from_nth _ 0%N) => [|i]; rewrite (size_permutes pp) ?(size_permutes pq) // => lt_i.
  have lt_p : nth 0%N p i < n by apply: nth_permutes.
  have := (eq_in_map _ _ _).2 same (nth 0%N p i); rewrite (mem_permutes _ pl) => /(_ lt_p).
  rewrite index_uniq ?(uniq_permutes pp) ?(size_permutes pp) // => def_i.
  by rewrite [in RHS]def_i (index_permutes pq lt_p).2.
have sub : {subset orders_of l (permutations (iota 0 n)) <= permutations (iota 0 n)}.
  by move=> order /mapP[p pp ->]; apply: invert_permutes.
have [|_ same] := uniq_min_size uniq_orders sub; first by rewrite size_map.
by apply: uniq_perm => [||p]; rewrite ?permutations_uniq ?same.
Qed.

(** A group given by a list is one, and has a cell for each order: by computation. *)
Definition check_group (n : nat) (G : seq (seq nat)) : bool :=
  [&& uniq G, all (mem (permutations (iota 0 n))) G & all (fun t => all (fun r => [seq nth 0%N t i | i <- r] \in G) G) G].

Lemma check_group_sound n G : check_group n G -> is_group n G.
Proof.
case/and3P=> uniq_G /allP sub /allP closed; split=> // t r /closed in_t in_r.
exact: (allP in_t).
Qed.

Lemma all_cells n G : covers n G [seq orders_of l G | l <- permutations (iota 0 n)].
Proof. by move=> l pl; exists (orders_of l G) => //; apply: map_f. Qed.

Lemma max_by_permutations (F : realFieldType) n S t plain rows :
  let G := permutations (iota 0 n) in
  check_identity n G [:: G] S t plain rows -> max_by_images F n G t plain rows.
Proof. exact: check_identity_sound (symmetric_group n) (@symmetric_covers n). Qed.

Lemma max_by_group (F : realFieldType) n G S t plain rows :
  check_group n G && check_identity n G [seq orders_of l G | l <- permutations (iota 0 n)] S t plain rows ->
  max_by_images F n G t plain rows.
Proof. by case/andP=> /check_group_sound group; apply: check_identity_sound => //; apply: all_cells. Qed.
