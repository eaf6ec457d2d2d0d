(** * Set functions, and their sums over permutations

    A set function on [n] places is [w(T) = sum of l_a over a in T + sum of e_ab over a < b in T], with integers.  For
    numbers [z_1, .., z_(n-1)] of a field let
<<
      phi w = sum over the permutations s of prod_(1 <= k < n) z_k ^ w(s T_k),      T_k = {0, .., k-1}.
>>
    With [Y(v) = z_(v+1) .. z_(n-1)] let [edge theta v u = (Y(v)/Y(u))^theta] if [v < u], and 1 otherwise.  The function
    [w(T) = sum over the arcs v -> u of a form of theta [v in T, u not in T]] is a set function, and [phi w] is the sum
    over all permutations of the product of the edges of its arcs. *)

From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
From Subpool Require Import TwoLayerForms.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Record set_function n := SetFunction { singles : 'I_n -> int; pairs : 'I_n -> 'I_n -> int }.

Definition at_set n (w : set_function n) (T : {set 'I_n}) : int :=
  \sum_(a in T) singles w a + \sum_(a in T) \sum_(b in T | (a < b)%N) pairs w a b.

Definition lowest n (k : nat) : {set 'I_n} := [set i : 'I_n | (i < k)%N].

Definition phi (F : fieldType) n (z : nat -> F) (w : set_function n) : F :=
  \sum_(s : {perm 'I_n}) \prod_(1 <= k < n) z k ^ at_set w (s @: lowest n k).

(** [Y(v)], and its powers. *)
Definition place (F : fieldType) (n : nat) (z : nat -> F) (v : nat) : F := \prod_(v.+1 <= k < n) z k.

Definition place_power (F : fieldType) (n : nat) (z : nat -> F) (v : nat) (theta : int) : F := place n z v ^ theta.

(** ** The set function of a form *)

Section Arcs.

Variable n : nat.
Implicit Types (g : form n) (T : {set 'I_n}) (v u a b : 'I_n).

Definition is_pair (arc : 'I_n * 'I_n) a b : bool := (arc == (a, b)) || (arc == (b, a)).

Definition of_arcs g : set_function n :=
  SetFunction (fun a => \sum_(arc <- g | arc.2.1 != arc.2.2) arc.1 * (arc.2.1 == a)%:R)
              (fun a b => - \sum_(arc <- g | arc.2.1 != arc.2.2) arc.1 * (is_pair arc.2 a b)%:R).

Lemma count_single T v : \sum_(a in T) (v == a)%:R = (v \in T)%:R :> int.
Proof.
case in_T: (v \in T).
  by rewrite (bigD1 v) //= eqxx big1 ?addr0 // => a /andP[_ /negbTE ne]; rewrite eq_sym ne.
by rewrite big1 // => a in_a; case: eqP => // def_v; rewrite def_v in_a in in_T.
Qed.

Lemma count_pair T v u : v != u ->
  \sum_(a in T) \sum_(b in T | (a < b)%N) (is_pair (v, u) a b)%:R = ((v \in T) && (u \in T))%:R :> int.
Proof.
wlog lt_vu : v u / (v < u)%N => [wlog_vu | _].
  move=> ne; case: (ltngtP v u) => [lt_vu | lt_uv | /val_inj def_v]; first exact: wlog_vu.
    rewrite andbC -(wlog_vu u v) 1?eq_sym //; apply: eq_bigr => a _; apply: eq_bigr => b _.
    by rewrite /is_pair orbC !xpair_eqE [(v == b) && _]andbC [(v == a) && _]andbC.
  by rewrite def_v eqxx in ne.
transitivity (\sum_(a in T) (v == a)%:R * \sum_(b in T) (u == b)%:R : int).
  apply: eq_bigr => a _; rewrite mulr_sumr big_mkcondr; apply: eq_bigr => b _.
  rewrite /is_pair !xpair_eqE; case: ltnP => [lt_ab | le_ba].
    rewrite -natrM mulnb; congr (_%:R); rewrite [X in _ || X](_ : _ = false) ?orbF //.
    by apply: contraTF lt_vu => /andP[/eqP-> /eqP->]; rewrite -leqNgt ltnW.
  rewrite -natrM mulnb; case: eqP => [def_a|] //=; case: eqP => [def_b|] //.
  by move: lt_vu; rewrite def_a def_b ltnNge le_ba.
by rewrite -mulr_suml !count_single -natrM mulnb.
Qed.

Lemma at_set_of_arcs g T :
  at_set (of_arcs g) T = \sum_(arc <- g) arc.1 * ((arc.2.1 \in T) && (arc.2.2 \notin T))%:R.
Proof.
have single_part : \sum_(a in T) singles (of_arcs g) a
                   = \sum_(arc <- g | arc.2.1 != arc.2.2) arc.1 * (arc.2.1 \in T)%:R.
  by rewrite /= exchange_big; apply: eq_bigr => arc _; rewrite -mulr_sumr count_single.
have pair_part : \sum_(a in T) \sum_(b in T | (a < b)%N) pairs (of_arcs g) a b
                 = - \sum_(arc <- g | arc.2.1 != arc.2.2) arc.1 * ((arc.2.1 \in T) && (arc.2.2 \in T))%:R.
  transitivity (- \sum_(a in T) \sum_(b in T | (a < b)%N)
                  \sum_(arc <- g | arc.2.1 != arc.2.2) arc.1 * (is_pair arc.2 a b)%:R).
    by rewrite -sumrN; apply: eq_bigr => a _; rewrite -sumrN.
  congr (- _); under eq_bigr => a _ do rewrite exchange_big /=.
  rewrite exchange_big; apply: eq_bigr => -[theta [v u]] /= ne; rewrite -(count_pair T ne) mulr_sumr.
  by apply: eq_bigr => a _; rewrite mulr_sumr.
rewrite /at_set single_part pair_part -sumrB [RHS](bigID (fun arc => arc.2.1 != arc.2.2)) /= [X in _ + X]big1 ?addr0.
  by apply: eq_bigr => arc _; rewrite -mulrBr; case: (arc.2.1 \in T); case: (arc.2.2 \in T).
by move=> arc; rewrite negbK => /eqP ->; rewrite andbN mulr0.
Qed.

Lemma of_arcs_all g : at_set (of_arcs g) setT = 0.
Proof. by rewrite at_set_of_arcs big1 // => arc _; rewrite !in_setT mulr0. Qed.

End Arcs.

(** ** The powers *)

Section Powers.

Variables (F : fieldType) (n : nat) (z : nat -> F).
Hypothesis z_neq0 : forall k, z k != 0.
Implicit Types (g : form n) (theta : int) (v u : 'I_n).

Definition edge theta v u : F := if (v < u)%N then place_power n z v theta / place_power n z u theta else 1.

Lemma power_product (I : Type) (r : seq I) (f : I -> F) theta :
  (\prod_(i <- r) f i) ^ theta = \prod_(i <- r) f i ^ theta.
Proof. by apply: (big_morph (fun x => x ^ theta)) => [x y|]; [exact: expfzMl | exact: exp1rz]. Qed.

Lemma power_of_sum (I : Type) (r : seq I) (f : I -> int) (x : F) :
  x != 0 -> x ^ (\sum_(i <- r) f i) = \prod_(i <- r) x ^ f i.
Proof. by move=> x_neq0; apply: (big_morph (fun theta => x ^ theta)) => [i j|]; rewrite ?expr0z // expfzDr. Qed.

Lemma place_neq0 (v : nat) : place n z v != 0.
Proof. by rewrite prodf_seq_neq0; apply/allP => k _; exact: z_neq0. Qed.

Lemma place_add (v : nat) theta alpha :
  place_power n z v (theta + alpha) = place_power n z v theta * place_power n z v alpha.
Proof. by rewrite /place_power expfzDr // place_neq0. Qed.

Lemma edge_product theta v u :
  \prod_(1 <= k < n) z k ^ (theta * ((v < k)%N && ~~ (u < k)%N)%:R) = edge theta v u.
Proof.
rewrite /edge; case: ltnP => [lt_vu | le_uv]; last first.
  rewrite big1_seq // => k _; case: ltnP => [lt_vk | _]; last by rewrite mulr0 expr0z.
  by rewrite (leq_ltn_trans le_uv lt_vk) mulr0 expr0z.
have split_v : place_power n z v theta = \prod_(v.+1 <= k < u.+1) z k ^ theta * place_power n z u theta.
  by rewrite /place_power -power_product -expfzMl -big_cat_nat // ?ltnS // ltnW.
rewrite split_v mulfK ?expfz_neq0 ?place_neq0 // (@big_cat_nat _ _ _ v.+1) ?(ltnW (ltn_ord v)) //=.
rewrite [X in X * _]big1_seq ?mul1r => [|k]; last first.
  by rewrite mem_index_iota => /andP[_ /andP[_ lt_kv]]; rewrite ltnNge -ltnS lt_kv mulr0 expr0z.
rewrite (@big_cat_nat _ _ _ u.+1) ?ltnS ?(ltnW lt_vu) //= [X in _ * X]big1_seq ?mulr1 => [|k]; last first.
  by rewrite mem_index_iota => /andP[_ /andP[lt_uk _]]; rewrite lt_uk andbF mulr0 expr0z.
apply: eq_big_nat => k /andP[lt_vk le_ku]; rewrite lt_vk -leqNgt -ltnS le_ku /= mulr1 //.
Qed.

Lemma phi_of_arcs g : phi z (of_arcs g) = \sum_(s : {perm 'I_n}) \prod_(arc <- g) edge arc.1 (s arc.2.1) (s arc.2.2).
Proof.
rewrite /phi (reindex_inj (@invg_inj _)); apply: eq_bigr => s _.
under eq_bigr => k _ do rewrite at_set_of_arcs power_of_sum //.
rewrite exchange_big /=; apply: eq_bigr => -[theta [v u]] _ /=; rewrite -edge_product; apply: eq_bigr => k _.
have inside i : (i \in (s^-1)%g @: lowest n k) = (s i < k)%N.
  by rewrite -{1}(permK s i) mem_imset ?inE //; exact: perm_inj.
by rewrite !inside.
Qed.

End Powers.
