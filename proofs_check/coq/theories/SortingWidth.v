(** * How many units the estimators take if sorted lists are merged

    Claim: a combination of mean subpool maxima of [d] inputs is computed by a ReLU network with [ceil(log2 d)] hidden
    layers and at most [C(d,2) + d (ceil(log2 d) + 1)] units.

    Proof.  A hidden layer merges sorted lists [a] and [b] of [p] and [q] entries.  Its units are
    [relu(b_j - a_i)], [p q] in number; with what is linear in the entries they give all [max(a_i, b_j)], and so by
    [Merging.v] the merged list.  What is linear is carried on by [p + q + 1] units: as the lists decrease,
    [relu(a_1 - a_i) = a_1 - a_i], and [relu(a_1 - b_j) - relu(b_j - a_1) = a_1 - b_j], where the second of these units
    is there already; two units carry [a_1].  Blocks are merged in halves, so that a pair of inputs is compared in one
    unit, [C(d,2)] in all.  In the last layer two units carry all that is linear, as its value alone matters. *)

From mathcomp Require Import all_ssreflect all_algebra fingroup perm.
From Subpool Require Import Binomials Classes Reduction NetworkDepth Merging OrderStatistics.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Sorting.

Variables (F : realFieldType) (d : nat).
Local Notation input := ('I_d -> F).
Local Notation zero := (fun _ : input => 0 : F).
Implicit Types (f g : input -> F) (hs gs us : seq (input -> F)) (J K : seq 'I_d) (i j k p q u : nat).

Let ge : rel F := fun x y => y <= x.

Let ge_total : total ge. Proof. by move=> a b; exact: le_total. Qed.
Let ge_trans : transitive ge. Proof. by move=> b a c le_ba le_cb; apply: le_trans le_cb le_ba. Qed.
Let ge_anti : antisymmetric ge. Proof. by move=> a b /andP[le_ba le_ab]; apply/le_anti/andP. Qed.

(** The inputs [J] in decreasing order, and the one at the place [k], from 0 on; 0 beyond the last. *)
Definition ordered J (x : input) : seq F := sort (fun a b => b <= a) [seq x i | i <- J].

Definition rank J k : input -> F := fun x => (ordered J x)`_k.

(** The last hidden layer tells the inputs [J] in order. *)
Definition sorts hs J : Prop := forall k, affine_of hs (rank J k).

Lemma size_ordered J x : size (ordered J x) = size J.
Proof. by rewrite size_sort size_map. Qed.

Lemma ordered_decreasing J x : decreasing (ordered J x).
Proof. exact: (sort_sorted ge_total). Qed.

Lemma rank_out J k x : (size J <= k)%N -> rank J k x = 0.
Proof. by move=> le_k; rewrite /rank nth_default // size_ordered. Qed.

Lemma ordered_perm J K x : perm_eq J K -> ordered J x = ordered K x.
Proof. by move=> same; apply/(perm_sortP ge_total ge_trans ge_anti)/perm_map. Qed.

Lemma sorts_perm hs J K : perm_eq J K -> sorts hs J -> sorts hs K.
Proof. by move=> same sorted k; apply: affine_ext (sorted k) => x; rewrite /rank (ordered_perm x same). Qed.

(** ** Layers *)

Definition layer hs gs : Prop :=
  forall g, List.In g gs -> exists2 f, affine_of hs f & forall x, g x = relu (f x).

Lemma layer_cat hs gs us : layer hs gs -> layer hs us -> layer hs (gs ++ us).
Proof. by move=> units_g units_u g /(List.in_app_or gs us g)[/units_g | /units_u]. Qed.

Lemma layer_map (T : Type) hs (ts : seq T) (f : T -> input -> F) :
  (forall t, affine_of hs (f t)) -> layer hs [seq (fun x => relu (f t x)) | t <- ts].
Proof. by move=> affine; elim: ts => //= t ts IH g [<- | /IH //]; exists (f t). Qed.

Lemma affine_unit (T : eqType) (ts : seq T) (f : T -> input -> F) t :
  t \in ts -> affine_of [seq (fun x => relu (f t x)) | t <- ts] (fun x => relu (f t x)).
Proof.
move=> in_ts; have lt_t : (index t ts < size [seq (fun x => relu (f t x)) | t <- ts])%N by rewrite size_map index_mem.
by apply: affine_ext (affine_nth lt_t) => x; rewrite (nth_map t) ?index_mem // nth_index.
Qed.

Lemma affine_sub hs f g : affine_of hs f -> affine_of hs g -> affine_of hs (fun x => f x - g x).
Proof.
move=> affine_f affine_g; apply: affine_ext (affine_combine 1 (-1) affine_f affine_g) => x.
by rewrite mul1r mulN1r.
Qed.

Lemma affine_add hs f g : affine_of hs f -> affine_of hs g -> affine_of hs (fun x => f x + g x).
Proof.
by move=> affine_f affine_g; apply: affine_ext (affine_combine 1 1 affine_f affine_g) => x; rewrite !mul1r.
Qed.

(** ** Merging *)

Lemma rank_merged J K k x :
  (k < size J + size K)%N ->
  rank (J ++ K) k x = sum_of_maxima (ordered J x) (ordered K x) k.+1 - sum_of_maxima (ordered J x) (ordered K x) k.
Proof.
move=> lt_k; have same : perm_eq [seq x i | i <- J ++ K] (ordered J x ++ ordered K x).
  by rewrite map_cat perm_sym; apply: perm_cat; rewrite perm_sort.
have sum n : (n <= size J + size K)%N ->
    sum_of_maxima (ordered J x) (ordered K x) n = \sum_(y <- take n (ordered (J ++ K) x)) y.
  move=> le_n; rewrite -merged ?ordered_decreasing ?size_ordered //.
  by rewrite -(sum_of_largest_perm _ same).
rewrite !sum ?(ltnW lt_k) // (take_nth 0) ?size_ordered ?size_cat //.
by rewrite -cats1 big_cat /= big_seq1 addrC addKr.
Qed.

Lemma affine_merged hs J K :
  sorts hs J -> sorts hs K ->
  (forall i j, (i < size J)%N -> (j < size K)%N -> affine_of hs (fun x => relu (rank K j x - rank J i x))) ->
  sorts hs (J ++ K).
Proof.
move=> sorted_J sorted_K compared k; case: (ltnP k (size J + size K)) => [lt_k | le_k]; last first.
  by apply: affine_ext (affine_const hs 0) => x; rewrite rank_out // size_cat.
have affine n : affine_of hs (fun x => sum_of_maxima (ordered J x) (ordered K x) n).
  apply: (@affine_ext _ _ _ _ (fun x => \sum_(i < n) 1 * larger (ordered J x) (ordered K x) i.+1 (n - i))) => [x|].
    by rewrite /sum_of_maxima big_add1 big_mkord; apply: eq_bigr => i _; rewrite mul1r subSS.
  apply: (@affine_sum _ _ _ _ (fun=> 1) (fun i x => larger (ordered J x) (ordered K x) i.+1 (n - i))) => i lt_i.
  rewrite /larger; case: (ltnP (size J) i.+1) => [out_i | le_i].
    by apply: affine_ext (sorted_K (n - i).-1) => x; rewrite size_ordered out_i.
  case: (ltnP (size K) (n - i)) => [out_j | le_j].
    by apply: affine_ext (sorted_J i) => x; rewrite !size_ordered ltnNge le_i out_j.
  have lt_j : ((n - i).-1 < size K)%N by rewrite prednK ?subn_gt0.
  apply: affine_ext (affine_add (sorted_J i) (compared i _ le_i lt_j)) => x.
  rewrite !size_ordered ltnNge le_i ltnNge le_j /relu /rank /=.
  by rewrite addr_maxr addr0 addrC subrK.
by apply: affine_ext (affine_sub (affine k.+1) (affine k)) => x; exact: rank_merged.
Qed.

(** The entry at a place of [J], then [K]; 0 beyond the last. *)
Definition entry J K i : input -> F := if (i < size J)%N then rank J i else rank K (i - size J).

Lemma entry_left J K i : (i < size J)%N -> entry J K i = rank J i.
Proof. by rewrite /entry => ->. Qed.

Lemma entry_right J K k : entry J K (size J + k) = rank K k.
Proof. by rewrite /entry ltnNge leq_addr addKn. Qed.

(** What a unit of a layer that merges [J] and [K] compares: which entry, and with which. *)
Definition compared J K : seq (nat * nat) := [seq (size J + j, i)%N | i <- iota 0 (size J), j <- iota 0 (size K)].

Definition carried J K : seq (nat * nat) :=
  (size J + size K, 0)%N :: [seq (0, i)%N | i <- iota 1 (size J + size K)].

Definition units J K (ts : seq (nat * nat)) : seq (input -> F) :=
  [seq (fun x => relu (entry J K t.1 x - entry J K t.2 x)) | t <- ts].

Lemma size_compared J K : size (units J K (compared J K)) = (size J * size K)%N.
Proof. by rewrite size_map size_allpairs !size_iota. Qed.

Lemma layer_units hs J K ts : sorts hs J -> sorts hs K -> layer hs (units J K ts).
Proof.
move=> sorted_J sorted_K; apply: (@layer_map _ hs ts (fun t x => entry J K t.1 x - entry J K t.2 x)) => t.
by apply: affine_sub; rewrite /entry; case: ifP.
Qed.

Lemma affine_compared J K ts i j :
  {subset compared J K <= ts} -> (i < size J)%N -> (j < size K)%N ->
  affine_of (units J K ts) (fun x => relu (rank K j x - rank J i x)).
Proof.
move=> sub lt_i lt_j; have in_ts : (size J + j, i)%N \in ts.
  by apply/sub/allpairs_f; rewrite mem_iota.
apply: affine_ext (affine_unit (fun t x => entry J K t.1 x - entry J K t.2 x) in_ts) => x.
by rewrite /= entry_right entry_left.
Qed.

Lemma rank_first J k x : (k < size J)%N -> rank J k x <= rank J 0 x.
Proof.
move=> lt_k; apply: (sorted_leq_nth ge_trans _ 0 (ordered_decreasing J x)) => //; first exact: lexx.
  by rewrite inE size_ordered (leq_ltn_trans _ lt_k).
by rewrite inE size_ordered.
Qed.

Lemma sorts_carried J K ts :
  (0 < size J)%N -> {subset carried J K <= ts} -> {subset compared J K <= ts} ->
  sorts (units J K ts) J /\ sorts (units J K ts) K.
Proof.
move=> some sub_carried sub_compared; set gs := units J K ts; pose e := entry J K.
have unit i : (0 < i <= size J + size K)%N -> affine_of gs (fun x => relu (e 0%N x - e i x)).
  move=> /andP[i_gt0 le_i]; have in_ts : (0%N, i) \in ts.
    by apply/sub_carried; rewrite inE map_f ?orbT // mem_iota add1n ltnS i_gt0.
  by apply: affine_ext (affine_unit (fun t x => entry J K t.1 x - entry J K t.2 x) in_ts) => x.
have e0 x : e 0%N x = rank J 0 x by rewrite /e entry_left.
have e_last x : e (size J + size K)%N x = 0.
  by rewrite /e entry_right rank_out.
have first : affine_of gs (rank J 0).
  have whole : (0 < size J + size K <= size J + size K)%N by rewrite leqnn addn_gt0 some.
  have in_ts : (size J + size K, 0)%N \in ts by apply/sub_carried; rewrite inE eqxx.
  have negative := affine_unit (fun t x => entry J K t.1 x - entry J K t.2 x) in_ts.
  apply: affine_ext (affine_sub (unit _ whole) negative) => x.
  by rewrite -/(e _) -/(e _) /= !e_last e0 subr0 sub0r relu_odd.
split=> k.
  have [le_k | lt_k] := leqP (size J) k.
    by apply: affine_ext (affine_const gs 0) => x; rewrite rank_out.
  case: k lt_k => [//|k] lt_k.
  have in_range : (0 < k.+1 <= size J + size K)%N by rewrite (leq_trans (ltnW lt_k)) ?leq_addr.
  apply: affine_ext (affine_sub first (unit _ in_range)) => x.
  rewrite e0 /e entry_left // /relu max_r ?subr_ge0 ?rank_first //.
  by rewrite opprB addrC subrK.
have [le_k | lt_k] := leqP (size K) k.
  by apply: affine_ext (affine_const gs 0) => x; rewrite rank_out.
have in_range : (0 < size J + k <= size J + size K)%N by rewrite addn_gt0 some /= leq_add2l ltnW.
have negative := affine_compared sub_compared some lt_k.
apply: affine_ext (affine_sub first (affine_sub (unit _ in_range) negative)) => x.
rewrite e0 /e entry_right -[rank K k x - rank J 0 x]opprB relu_odd.
by rewrite opprB addrC subrK.
Qed.

(** A layer that merges. *)
Lemma merging_layer hs J K :
  (0 < size J)%N -> sorts hs J -> sorts hs K ->
  exists gs, [/\ layer hs gs, size gs = (size J * size K + (size J + size K + 1))%N & sorts gs (J ++ K)].
Proof.
move=> some sorted_J sorted_K; pose ts := compared J K ++ carried J K; exists (units J K ts); split.
- exact: layer_units.
- by rewrite /units map_cat size_cat [X in (X + _)%N]size_compared /= !size_map size_iota addn1.
have sub_compared : {subset compared J K <= ts} by move=> t in_t; rewrite mem_cat in_t.
have sub_carried : {subset carried J K <= ts} by move=> t in_t; rewrite mem_cat in_t orbT.
have [carries_J carries_K] := sorts_carried some sub_carried sub_compared.
by apply: affine_merged => // i j; apply: affine_compared.
Qed.

(** What remains if the linear part is carried as a whole. *)
Lemma comparing_layer hs J K :
  sorts hs J -> sorts hs K ->
  exists us, [/\ layer hs us, size us = (size J * size K)%N & sorts (hs ++ us) (J ++ K)].
Proof.
move=> sorted_J sorted_K; exists (units J K (compared J K)); split; first exact: layer_units.
  exact: size_compared.
apply: affine_merged => [k|k|i j lt_i lt_j]; first exact: affine_cat_left.
  exact: affine_cat_left.
by apply: affine_cat_right; apply: affine_compared.
Qed.

Lemma last_layer n u hs us f :
  hidden n u hs -> layer hs us -> affine_of (hs ++ us) f -> computes n.+1 (u + size us + 2) f.
Proof.
move=> net units [b [w def_f]]; pose A x := b + \sum_(i < size hs) w i * nth zero hs i x.
have affine_A : affine_of hs A by exists b, w.
pose two := [seq (fun x => relu (g x)) | g <- [:: A; fun x => 0 * A x + -1 * A x]].
exists (us ++ two).
  rewrite -addnA -[2%N]/(size two) -size_cat; apply: one_layer_more net _.
  apply: layer_cat units _ => g [<- | [<- | //]]; first by exists A.
  by exists (fun x => 0 * A x + -1 * A x) => //; exact: affine_combine.
pose at_two i := nth zero (us ++ two) (size us + i).
have in_two i : (i < 2)%N -> affine_of (us ++ two) (at_two i).
  by move=> lt_i; apply: affine_nth; rewrite size_cat ltn_add2l.
pose B x := \sum_(i < size us) w (size hs + i)%N * nth zero us i x.
have affine_B : affine_of (us ++ two) B.
  by apply: affine_cat_left; exists 0, (fun i => w (size hs + i)%N) => x; rewrite add0r.
apply: affine_ext (affine_add (affine_sub (in_two 0%N isT) (in_two 1%N isT)) affine_B) => x.
rewrite /at_two !nth_cat !ltnNge !leq_addr !addKn /= mul0r add0r mulN1r relu_odd /A /B -addrA def_f size_cat.
congr (_ + _); rewrite big_split_ord /=; congr (_ + _); apply: eq_bigr => i _; first by rewrite nth_cat ltn_ord.
by rewrite nth_cat ltnNge leq_addr addKn.
Qed.

(** ** A quadratic number of units *)

Lemma sorts_single (i : 'I_d) : sorts (inputs F d) [:: i].
Proof.
case=> [|k]; last by apply: affine_ext (affine_const _ 0) => x; rewrite rank_out.
by apply: affine_ext (affine_input F i) => x.
Qed.

Lemma sorts_nil hs : sorts hs [::].
Proof. by move=> k; apply: affine_ext (affine_const hs 0) => x; rewrite rank_out. Qed.

Lemma bin2_add p q : 'C(p + q, 2) = ('C(p, 2) + 'C(q, 2) + p * q)%N.
Proof.
elim: p => [|p IH]; first by rewrite addn0.
rewrite addSn !binS !bin1 IH mulSn [('C(p, 2) + p + _)%N]addnAC -[LHS]addnA -[RHS]addnA; congr (_ + _)%N.
by rewrite [RHS]addnA [RHS]addnC.
Qed.

Lemma halves J : exists J' K, [/\ J' ++ K = J, (size K <= size J')%N & (size J' <= (size K).+1)%N].
Proof.
exists (take (uphalf (size J)) J), (drop (uphalf (size J)) J); rewrite cat_take_drop size_drop uphalf_half.
have := leq_b1 (odd (size J)); have := odd_double_half (size J); rewrite -addnn; move: (nat_of_bool _) (_./2) => b h.
move=> def_J le_b; rewrite size_takel; first by move: (size J) def_J => n def_n; split=> //; nat_lia.
by move: (size J) def_J => n def_n; nat_lia.
Qed.

(** Inputs in order, in [h] hidden layers that have a unit for each pair. *)
Lemma sorted_block h J :
  (0 < size J)%N -> (2 ^ h <= 2 * size J)%N -> (size J <= 2 ^ h)%N ->
  exists u hs, [/\ hidden h u hs, (u.+1 <= 'C(size J, 2) + size J * h.+2)%N & sorts hs J].
Proof.
elim: h J => [|h IH] J some many few.
  case: J some many few => [//|i [|//]] _ _ _; exists 0%N, (inputs F d); split=> //; first exact: no_layer.
  exact: sorts_single.
have merge J' K u hs : (0 < size J')%N -> hidden h u hs -> sorts hs J' -> sorts hs K ->
    exists gs, hidden h.+1 (u + (size J' * size K + (size J' + size K + 1))) gs /\ sorts gs (J' ++ K).
  move=> some' net sorted_J sorted_K; have [gs [units size_gs sorted]] := merging_layer some' sorted_J sorted_K.
  by exists gs; split=> //; rewrite -size_gs; exact: one_layer_more net units.
have [J' [K [def_J le_K le_J]]] := halves J; have size_J : size J = (size J' + size K)%N by rewrite -def_J size_cat.
have [no_K | some_K] := posnP (size K).
  have size_J' : size J' = 1%N by nat_lia.
  have h0 : h = 0%N.
    by case: h many {IH few merge} => // h; rewrite size_J no_K size_J' leqNgt (@ltn_exp2l 2 1).
  have [i def_J'] : exists i : 'I_d, J' = [:: i] by case: (J') size_J' => [|i [|//]] // _; exists i.
  subst h J'; have := @merge [:: i] K 0%N _ isT (no_layer F d) (sorts_single i).
  rewrite (size0nil no_K) /= => /(_ (@sorts_nil _)) [gs [net sorted]]; exists 2%N, gs; split=> //.
  - by rewrite -def_J (size0nil no_K).
  - by rewrite -def_J (size0nil no_K).
have some_J : (0 < size J')%N by apply: leq_trans le_K.
have many_K : (2 ^ h <= 2 * size K)%N.
  case: (h) many => [|g] many; first by rewrite muln_gt0.
  by move: many; rewrite !expnS size_J; move: (2 ^ g)%N => n many; nat_lia.
have few_J : (size J' <= 2 ^ h)%N by move: few; rewrite expnS size_J; move: (2 ^ h)%N => n few_J; nat_lia.
have [||u [hs [net_u cost_u sorted_u]]] := IH J' some_J => //; first by apply: leq_trans many_K _; rewrite leq_mul2l.
have [|v [gs [net_v cost_v sorted_v]]] := IH K some_K many_K; first exact: leq_trans few_J.
have [ms net_m both] := side_by_side net_u net_v.
have [||us [net sorted]] := merge J' K _ _ some_J net_m; first by move=> k; apply: both; left.
  by move=> k; apply: both; right.
exists (u + v + (size J' * size K + (size J' + size K + 1)))%N, us; rewrite -def_J; split=> //.
rewrite size_cat bin2_add; move: cost_u cost_v; move: 'C(size J', 2) 'C(size K, 2) (size J') (size K) => A B p q.
move=> cost_u cost_v; nat_lia.
Qed.

(** ** Mean subpool maxima of inputs in order *)

Lemma ordered_sorted n (h : 'I_n -> 'I_d) (x : input) (p : {perm 'I_n}) (k : 'I_n) :
  sorted_by p (fun l => x (h l)) -> x (h (p k)) = rank [seq h l | l <- enum 'I_n] (n - k.+1) x.
Proof.
move=> sorted_x; pose y := [seq x (h (p l)) | l <- enum 'I_n].
have size_y : size y = n by rewrite size_map size_enum_ord.
have nth_y (l : 'I_n) : y`_l = x (h (p l)) by rewrite /y (nth_map l) ?size_enum_ord // nth_ord_enum.
have sorted_y : sorted (fun a b => a <= b) y.
  apply/(sortedP 0) => i; rewrite size_y => lt_i; have lt_i' := ltnW lt_i.
  by rewrite (nth_y (Ordinal lt_i)) (nth_y (Ordinal lt_i')); apply: sorted_x => /=.
have -> : rank [seq h l | l <- enum 'I_n] (n - k.+1) x = (rev y)`_(n - k.+1).
  congr (_`__); apply: (sorted_eq ge_trans ge_anti); first exact: ordered_decreasing.
    by rewrite rev_sorted.
  rewrite /ordered perm_sort perm_sym perm_rev -map_comp.
  rewrite /y (map_comp (fun l => x (h l)) p) perm_map //; apply: uniq_perm; rewrite ?enum_uniq //.
    by rewrite map_inj_uniq ?enum_uniq //; exact: perm_inj.
  by move=> l; rewrite mem_enum -[l](permKV p) map_f ?mem_enum.
rewrite nth_rev size_y; last by rewrite ltn_subrL ltn0Sn (leq_ltn_trans _ (ltn_ord k)).
by rewrite subnSK ?ltn_ord // subKn ?(ltnW (ltn_ord k)) // nth_y.
Qed.

Lemma affine_subpool_max n (h : 'I_n -> 'I_d) r hs :
  (r <= n)%N -> sorts hs [seq h l | l <- enum 'I_n] -> affine_of hs (fun x => subpool_max r (fun l => x (h l))).
Proof.
move=> le_r sorted; case: r le_r => [_ | r le_r].
  apply: affine_ext (affine_const hs 1) => x; rewrite /subpool_max bin0 invr1 mul1r (big_pred1 set0).
    by rewrite max_over_set0.
  by move=> J; rewrite cards_eq0.
pose w k : F := 'C(n - k.+1, r)%:R / 'C(n, r.+1)%:R.
apply: (@affine_ext _ _ _ _ (fun x => \sum_(l < n) w l * rank [seq h l | l <- enum 'I_n] l x)).
  move=> x; have [[p sorted_x] weights] := @order_statistic_weights F n r.+1 (fun l => x (h l)) le_r.
  rewrite /subpool_max (weights p sorted_x) (reindex_inj rev_ord_inj) /=; apply: eq_bigr => l _.
  by rewrite (ordered_sorted _ sorted_x) /w /= subnSK ?ltn_ord // subKn // ltnW.
by apply: affine_sum => k _.
Qed.

Lemma affine_combination (I : eqType) hs (R : seq I) (beta : I -> F) (g : I -> input -> F) :
  (forall r, r \in R -> affine_of hs (g r)) -> affine_of hs (fun x => \sum_(r <- R) beta r * g r x).
Proof.
elim: R => [|r R IH] affine; first by apply: affine_ext (affine_const hs 0) => x; rewrite big_nil.
have rest : affine_of hs (fun x => \sum_(r <- R) beta r * g r x).
  by apply: IH => q in_R; apply: affine; rewrite inE in_R orbT.
apply: affine_ext (affine_combine (beta r) 1 (affine r (mem_head r R)) rest) => x.
by rewrite big_cons mul1r.
Qed.

End Sorting.

(** Theorem: a combination of mean subpool maxima of d >= 2 inputs is computed by a ReLU network with ceil(log2 d)
    hidden layers and at most C(d,2) + d (ceil(log2 d) + 1) units, whatever the orders. *)
Theorem sorting_width (F : realFieldType) (d : nat) (orders : seq nat) (beta : nat -> F) :
  (2 <= d)%N -> (forall r, r \in orders -> (r <= d)%N) ->
  exists2 units, (units <= 'C(d, 2) + d * (up_log 2 d + 1))%N &
    computes (up_log 2 d) units (fun x : 'I_d -> F => \sum_(r <- orders) beta r * subpool_max r x).
Proof.
move=> d_gt1 upto; have /andP[] := up_log_bounds (ltnSn 1) d_gt1.
have : (0 < up_log 2 d)%N by rewrite up_log_gt0.
case: (up_log 2 d) => // h _ /= many few; have [J [K [all_J le_K le_J]]] := halves (enum 'I_d).
have size_d : (size J + size K = d)%N by rewrite -size_cat all_J size_enum_ord.
have some_K : (0 < size K)%N by nat_lia.
have some_J : (0 < size J)%N by apply: leq_trans le_K.
have many_K : (2 ^ h <= 2 * size K)%N by move: (2 ^ h)%N many => n many; nat_lia.
have few_J : (size J <= 2 ^ h)%N by move: few; rewrite expnS; move: (2 ^ h)%N => n few; nat_lia.
have [|u [hs [net_u cost_u sorted_u]]] := sorted_block F some_J _ few_J.
  by apply: leq_trans many_K _; rewrite leq_mul2l.
have [|v [gs [net_v cost_v sorted_v]]] := sorted_block F some_K many_K; first exact: leq_trans few_J.
have [ms net_m both] := side_by_side net_u net_v.
have [||us [units size_us sorted]] := @comparing_layer F d ms J K.
- by move=> k; apply: both; left.
- by move=> k; apply: both; right.
rewrite all_J in sorted; exists (u + v + size us + 2)%N.
  rewrite size_us; move: (size J) (size K) size_d cost_u cost_v => p q <-; rewrite bin2_add.
  by move: 'C(p, 2) 'C(q, 2) => A B cost_u cost_v; nat_lia.
apply: last_layer net_m units _; apply: affine_combination => r in_R.
by apply: (@affine_subpool_max F d d id); [exact: upto | rewrite map_id].
Qed.
