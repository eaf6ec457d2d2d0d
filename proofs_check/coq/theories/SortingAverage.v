(** * An average of sorted lists, in a layer less than the maximum takes by pairwise maxima

    Claim: for [d = 2^k + 1], [k >= 1], a combination of mean subpool maxima of orders up to [d - 1] is computed by a
    ReLU network with [k] hidden layers and at most [d^3 / 2] units.

    Proof.  A mean subpool maximum of such an order is the average, over the inputs, of that of the others; so [d]
    sorted lists of [2^k] inputs suffice.  Of [2^(l+1) + 1] inputs without one, the first or the last [2^l + 1] are
    without one, and the last, or the first, without that in the middle.  So with [n = 2^l], all [2 n + 1] lists without
    one are merged from [n + 1] lists of the first inputs and [n + 1] of the last; each takes [n^2 + 2 n + 1] units.  By
    induction [n + 1] inputs take at most [n^3 + (5/2) n^2 - 1] units; in the last layer a list takes [n^2], and two
    units carry what is linear. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Coq Require Import Lia.
From Subpool Require Import Binomials Classes Reduction NetworkDepth SortingWidth.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** ** The average over the inputs left out *)

Section Average.

Variables (F : realFieldType) (n : nat).
Implicit Types (x : 'I_n.+1 -> F) (i : 'I_n.+1).

Lemma max_over_image i (K : {set 'I_n}) x : max_over (lift i @: K) x = max_over K (fun l => x (lift i l)).
Proof.
have [-> | some_K] := eqVneq K set0; first by rewrite imset0 !max_over_set0.
have [l in_K largest] := attained (fun l => x (lift i l)) some_K.
rewrite (max_overE in_K largest); apply: max_overE; first exact: imset_f.
by move=> _ /imsetP[m in_m ->]; exact: largest.
Qed.

Lemma sum_without i r (f : {set 'I_n.+1} -> F) :
  \sum_(K : {set 'I_n} | #|K| == r) f (lift i @: K) = \sum_(J : {set 'I_n.+1} | (#|J| == r) && (i \notin J)) f J.
Proof.
rewrite (reindex_onto (fun K : {set 'I_n} => lift i @: K) (fun J => lift i @^-1: J)) /=.
  apply: eq_bigl => K; rewrite card_imset; last exact: lift_inj.
  have -> : i \notin lift i @: K by apply/imsetP => -[l _ /eqP]; rewrite (negbTE (neq_lift i l)).
  have -> : lift i @^-1: (lift i @: K) = K.
    by apply/setP => l; rewrite inE mem_imset //; exact: lift_inj.
  by rewrite eqxx !andbT.
move=> J /andP[_ out_i]; apply/setP => j; apply/imsetP/idP => [[l] | in_J]; first by rewrite inE => in_J ->.
case: (unliftP i j) in_J => [l -> in_J | -> in_J]; first by exists l; rewrite ?inE.
by rewrite in_J in out_i.
Qed.

Lemma average_without r x :
  (r <= n)%N -> subpool_max r x = \sum_i n.+1%:R^-1 * subpool_max r (fun l => x (lift i l)).
Proof.
move=> le_r; have C_neq0 m : (r <= m)%N -> 'C(m, r)%:R != 0 :> F by rewrite pnatr_eq0 -lt0n bin_gt0.
have counted : \sum_i \sum_(J : {set 'I_n.+1} | (#|J| == r) && (i \notin J)) max_over J x
               = (n.+1 - r)%:R * \sum_(J : {set 'I_n.+1} | #|J| == r) max_over J x.
  rewrite (exchange_big_dep (fun J : {set 'I_n.+1} => #|J| == r)) /=; last by move=> i J _ /andP[].
  rewrite mulr_sumr; apply: eq_bigr => J size_J.
  rewrite (eq_bigl (fun i => i \in ~: J)) => [|i]; last by rewrite size_J inE.
  by rewrite sumr_const cardsCs setCK card_ord (eqP size_J) mulr_natl.
rewrite -mulr_sumr /subpool_max -mulr_sumr.
under eq_bigr => i _ do under eq_bigr => K _ do rewrite -max_over_image.
under eq_bigr => i _ do rewrite (sum_without i r (fun J => max_over J x)).
rewrite counted !mulrA; congr (_ * _); apply: (mulfI (C_neq0 n.+1 (leqW le_r))).
rewrite divff ?C_neq0 ?leqW // -invfM mulrCA -!natrM [('C(_, r) * _)%N]mulnC -mul_bin_down.
by rewrite mulVf // natrM mulf_neq0 ?pnatr_eq0 // -(pnatr_eq0 F) C_neq0.
Qed.

End Average.

(** ** The lists *)

Section Lists.

Variables (F : realFieldType) (d : nat).
Implicit Types (hs gs : seq (('I_d -> F) -> F)) (J K : seq 'I_d).

Definition without (T : Type) l (s : seq T) : seq T := take l s ++ drop l.+1 s.

Lemma size_without (T : Type) l (s : seq T) : (l < size s)%N -> size (without l s) = (size s).-1.
Proof.
move=> lt_l; rewrite size_cat size_drop size_takel ?(ltnW lt_l) //.
by case: (size s) lt_l => // n lt_l; rewrite subSS subnKC.
Qed.

Lemma without_left (T : Type) l (s t : seq T) : (l < size s)%N -> without l (s ++ t) = without l s ++ t.
Proof.
move=> lt_l; rewrite /without take_cat lt_l drop_cat -catA; congr (_ ++ _).
case: ltnP => // le_s; have -> : l.+1 = size s by apply/anti_leq; rewrite lt_l.
by rewrite subnn drop0 drop_size.
Qed.

Lemma without_right (T : Type) l (s t : seq T) : without (size s + l) (s ++ t) = s ++ without l t.
Proof.
by rewrite /without take_cat drop_cat !ltnNge -addnS !leq_addr !addKn -catA.
Qed.

(** Layers side by side, behind what is kept of the layer before. *)
Lemma layers_together hs kept s n (D : nat -> seq 'I_d) :
  (forall m, (m < n)%N -> exists gs, [/\ layer hs gs, size gs = s & sorts (kept ++ gs) (D m)]) ->
  exists gs, [/\ layer hs gs, size gs = (n * s)%N & forall m, (m < n)%N -> sorts (kept ++ gs) (D m)].
Proof.
elim: n => [|n IH] each; first by exists [::]; split.
have [|gs [layer_g size_g sorts_g]] := IH; first by move=> m lt_m; apply: each; apply: ltnW.
have [us [layer_u size_u sorts_u]] := each n (ltnSn n).
exists (gs ++ us); split; [exact: layer_cat | by rewrite size_cat size_g size_u mulSn addnC | move=> m].
rewrite ltnS leq_eqVlt => /predU1P[-> | lt_m] k; last by rewrite catA; apply: affine_cat_left; apply: sorts_g.
apply: affine_trans (sorts_u k) => i; rewrite size_cat nth_cat => lt_i; case: (ltnP i (size kept)) => [lt_i' | le_i].
  by apply: affine_cat_left; apply: affine_nth.
by apply: affine_cat_right; apply: affine_cat_right; apply: affine_nth; rewrite -(ltn_add2l (size kept)) subnKC.
Qed.

(** [2 n + 1] inputs as [n], one, and [n]. *)
Lemma middle n J :
  size J = (2 * n).+1 -> exists s y t, [/\ J = s ++ y :: t, size s = n & size t = n].
Proof.
move=> size_J; have := size_drop n J; rewrite size_J mul2n -addnn -addnS addKn.
case def_t : (drop n J) => [//|y t] [size_t]; exists (take n J), y, t; rewrite -def_t cat_take_drop.
by rewrite size_takel // size_J mul2n -addnn leqW ?leq_addr.
Qed.

(** The lists without an input are merged from those of the first and of the last half. *)
Lemma without_halves (s t : seq 'I_d) y l :
  size t = size s -> (l <= 2 * size s)%N ->
  let short := (l <= size s)%N in
  without l (s ++ y :: t)
  = without (if short then l else size s) (rcons s y) ++ without (if short then 0 else l - size s)%N (y :: t).
Proof.
move=> size_t le_l /=; case: leqP => [le_s | /ltnW le_s].
  by rewrite -cat_rcons without_left ?size_rcons // [without 0 (y :: t)]/without /= drop0.
have -> : without (size s) (rcons s y) = s by rewrite -cats1 -[size s]addn0 without_right {1}/without /= cats0.
by rewrite -without_right subnKC.
Qed.

(** All lists without one of [n + 1] inputs, in order, at a cost as in the claim. *)
Definition sorts_all h n J : Prop :=
  exists u hs, [/\ @hidden F d h u hs, (2 * u + 2 <= 2 * n ^ 3 + 5 * n ^ 2)%N
    & forall l, (l <= n)%N -> sorts hs (without l J)].

Lemma sorted_halves h n J :
  (forall K, size K = n.+1 -> sorts_all h n K) -> size J = (2 * n).+1 ->
  exists u hs, [/\ hidden h u hs, (2 * u + 4 <= 4 * n ^ 3 + 10 * n ^ 2)%N
    & forall l, (l < (2 * n).+1)%N ->
      exists A B, [/\ without l J = A ++ B, size A = n, size B = n, sorts hs A & sorts hs B]].
Proof.
move=> all_n /middle[s [y [t [-> size_s size_t]]]].
have [|u [hs [net_u cost_u sorts_u]]] := all_n (rcons s y); first by rewrite size_rcons size_s.
have [|v [gs [net_v cost_v sorts_v]]] := all_n (y :: t); first by rewrite /= size_t.
have [ms net_m both] := side_by_side net_u net_v; exists (u + v)%N, ms; split=> // [|l].
  by move: (n ^ 3)%N (n ^ 2)%N cost_u cost_v => cube square cost_u cost_v; nat_lia.
rewrite ltnS -size_s => le_l; rewrite without_halves ?size_t //; set short := (l <= size s)%N.
have le_A : ((if short then l else size s) <= size s)%N by rewrite /short; case: (leqP l).
have le_B : ((if short then 0 else l - size s) <= size s)%N.
  by rewrite /short; case: (leqP l) => // _; rewrite leq_subLR addnn -mul2n.
exists (without (if short then l else size s) (rcons s y)), (without (if short then 0 else l - size s)%N (y :: t)).
split=> //; [| | move=> k; apply: both; left | move=> k; apply: both; right].
- by rewrite size_without ?size_rcons // ltnS.
- by rewrite size_without /= ?size_t -?size_s // ltnS.
- by apply: sorts_u; rewrite -size_s.
- by apply: sorts_v; rewrite -size_s.
Qed.

Lemma sorted_without h J : size J = (2 ^ h).+1 -> sorts_all h (2 ^ h) J.
Proof.
elim: h J => [|h IH] J size_J.
  case: J size_J => [|i [|j [|//]]] // _; exists 0%N, (inputs F d); split=> //; first exact: no_layer.
  by case=> [|[|//]] _; exact: sorts_single.
have := sorted_halves IH; rewrite -expnS => /(_ J size_J)[u [hs [net cost each]]].
have [|gs [layer_g size_g sorts_g]] := @layers_together hs [::]
    (2 ^ h * 2 ^ h + (2 ^ h + 2 ^ h + 1))%N (2 ^ h.+1).+1 (fun l => without l J).
  move=> l /each[A [B [-> size_A size_B sorts_A sorts_B]]].
  have [|gs [layer_g size_g sorts_g]] := merging_layer _ sorts_A sorts_B; first by rewrite size_A expn_gt0.
  by exists gs; rewrite size_g size_A size_B.
exists (u + size gs)%N, gs; split; [exact: one_layer_more net layer_g | | by move=> l le_l; exact: sorts_g].
have n_gt0 : (0 < 2 ^ h)%N by rewrite expn_gt0.
rewrite size_g expnS; move: (2 ^ h)%N n_gt0 cost => n n_gt0; rewrite !expnS !expn0 !muln1 => cost.
have le_cube : (n <= n * (n * n))%N by rewrite leq_pmulr // muln_gt0 n_gt0.
nat_lia.
Qed.

End Lists.

Lemma perm_without n (i : 'I_n.+1) : perm_eq (without i (enum 'I_n.+1)) [seq lift i l | l <- enum 'I_n].
Proof.
have -> : without i (enum 'I_n.+1) = rem i (enum 'I_n.+1) by rewrite remE index_enum_ord.
apply: uniq_perm; first by rewrite rem_uniq ?enum_uniq.
  by rewrite map_inj_uniq ?enum_uniq //; exact: lift_inj.
move=> j; rewrite mem_rem_uniq ?enum_uniq // inE /= mem_enum ?andbT; case: (unliftP i j) => [l -> | ->].
  by rewrite map_f ?mem_enum // eq_sym neq_lift.
by rewrite eqxx; apply/esym/mapP => -[l _ /eqP]; rewrite (negbTE (neq_lift i l)).
Qed.

(** Theorem: for d = 2^k + 1, k >= 1, a combination of mean subpool maxima of the orders 0..d-1 is computed by a ReLU
    network with k hidden layers and at most d^3/2 units. *)
Theorem sorting_one_layer_less (F : realFieldType) (k : nat) (beta : nat -> F) :
  (0 < k)%N ->
  exists2 units, (2 * units <= (2 ^ k).+1 ^ 3)%N &
    computes k units (fun x : 'I_(2 ^ k).+1 -> F => \sum_(r < (2 ^ k).+1) beta r * subpool_max r x).
Proof.
case: k => // h _; have sorted := sorted_halves (@sorted_without F (2 ^ h.+1).+1 h).
have [|u [hs [net cost each]]] := sorted (enum 'I_(2 ^ h.+1).+1).
  by rewrite size_enum_ord expnS.
have [|us [layer_u size_u sorts_u]] := @layers_together _ _ hs hs (2 ^ h * 2 ^ h)%N (2 * 2 ^ h).+1
    (fun l => without l (enum 'I_(2 ^ h.+1).+1)).
  move=> l /each[A [B [-> size_A size_B sorts_A sorts_B]]].
  have [us [layer_u size_u sorts_u]] := comparing_layer sorts_A sorts_B.
  by exists us; rewrite size_u size_A size_B.
exists (u + size us + 2)%N.
  rewrite size_u [(2 ^ h.+1)%N]expnS; move: (2 ^ h)%N cost => n; rewrite !expnS !expn0 !muln1 => cost; nat_lia.
apply: last_layer net layer_u _; apply: (@affine_sum F _ _ _ beta (fun r x => subpool_max r x)) => r le_r.
apply: affine_ext => [x|]; first exact: average_without.
apply: affine_combination => i _; apply: affine_subpool_max => //.
by apply: sorts_perm (perm_without i) _; apply: sorts_u; rewrite -expnS.
Qed.
