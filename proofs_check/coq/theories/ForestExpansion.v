(** * The products of the formula, multiplied out: each is a sum over the forests within it *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra TwoLayerForms Forests ForestFormula.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma inputsE n : inputs n = enum 'I_n.
Proof. by elim: n => [|n IH]; [rewrite (size0nil (size_enum_ord 0)) | rewrite enum_ordSl /= IH]. Qed.

Lemma same_start d (t : form d) a b : different_vertices t -> a \in t -> b \in t -> a.2.1 = b.2.1 -> a = b.
Proof.
rewrite /different_vertices; elim: t => //= c t IH /andP[new uniq_t].
rewrite !inE => /orP[/eqP -> | in_a] /orP[/eqP -> | in_b] // same.
- by case/negP: new; rewrite same; exact: (map_f (fun a => a.2.1) in_b).
- by case/negP: new; rewrite -same; exact: (map_f (fun a => a.2.1) in_a).
exact: IH.
Qed.

Section Arcs.

Variable d : nat.
Implicit Types (F : arcs d) (t : form d) (v u : 'I_d) (l : seq 'I_d).

Definition arc_from F v : option (int * ('I_d * 'I_d)) := omap (fun a => ((-1) ^+ nat_of_bool a.1, (v, a.2))) (F v).

Lemma arc_in F v b u : F v = Some (b, u) -> ((-1) ^+ nat_of_bool b, (v, u)) \in arcs_of F.
Proof.
by move=> def_F; rewrite mem_pmap; apply/mapP; exists v; rewrite ?inputsE ?mem_enum ?def_F.
Qed.

Definition signed t : bool := all (fun a => a.1 \in [:: 1; -1]) t.

Lemma sign_inj : injective (fun b : bool => (-1) ^+ nat_of_bool b : int).
Proof. by do 2 case. Qed.

Section Expand.

Variables (A : comRingType) (E : int -> 'I_d -> 'I_d -> A) (t : form d).
Hypotheses (different : different_vertices t) (signs : signed t).

Local Notation value a := (E a.1 a.2.1 a.2.2).
Local Notation starts := [seq a.2.1 | a <- t].

Definition choice v (o : option (bool * 'I_d)) : A :=
  if o is Some (b, u) then if ((-1) ^+ nat_of_bool b, (v, u)) \in t then E ((-1) ^+ nat_of_bool b) v u else 0
  else if v \in starts then -1 else 1.

Lemma choices_outside v : v \notin starts -> \sum_o choice v o = 1.
Proof.
move=> out; rewrite (bigD1 None) //= (negbTE out) big1 ?addr0 // => -[[b u]|] //= _.
by case: ifP => // in_t; case/negP: out; exact: (map_f (fun a => a.2.1) in_t).
Qed.

Lemma choices_at a : a \in t -> \sum_o choice a.2.1 o = value a - 1.
Proof.
move=> in_a; have [b def_b] : exists b : bool, a.1 = (-1) ^+ nat_of_bool b.
  by have := allP signs a in_a; rewrite !inE => /orP[] /eqP ->; [exists false | exists true].
have def_a : a = ((-1) ^+ nat_of_bool b, (a.2.1, a.2.2)) by rewrite -def_b; case: (a) => ? [].
rewrite (bigD1 None) //= (map_f (fun a => a.2.1) in_a) (bigD1 (Some (b, a.2.2))) //= -def_a in_a -def_b.
rewrite addrC big1 ?addr0 //.
move=> [[b' u']|] //= ne; case: ifP => // in_t; case/negP: ne.
have /= eq_a := same_start different in_t in_a (erefl _); apply/eqP.
by move: eq_a; rewrite {2}def_a => -[/sign_inj -> ->].
Qed.

Lemma product_of_choices : \prod_(a <- t) (value a - 1) = \prod_v \sum_o choice v o.
Proof.
rewrite (bigID (mem starts)) /= [X in _ * X]big1 ?mulr1; last exact: choices_outside.
rewrite -big_uniq //= big_map !big_seq; apply: eq_bigr => a in_a; exact/esym/choices_at.
Qed.

Lemma product_of_choice F l :
  if all (mem t) (pmap (arc_from F) l) then
    (size (pmap (arc_from F) l) <= count (mem starts) l)%N
    /\ \prod_(v <- l) choice v (F v)
       = (-1) ^+ (count (mem starts) l - size (pmap (arc_from F) l)) * \prod_(a <- pmap (arc_from F) l) value a
  else \prod_(v <- l) choice v (F v) = 0.
Proof.
elim: l => [|v l IH]; first by rewrite /= !big_nil mul1r.
have -> : pmap (arc_from F) (v :: l)
          = if F v is Some (b, u) then ((-1) ^+ nat_of_bool b, (v, u)) :: pmap (arc_from F) l else pmap (arc_from F) l.
  by rewrite /= [arc_from F v]/arc_from; case: (F v) => [[b u]|].
rewrite big_cons /= {1 3}/choice; case: (F v) => [[b u]|] /=.
  case in_t: (_ \in t) => /=; last by rewrite mul0r.
  have -> : v \in starts by exact: (map_f (fun a => a.2.1) in_t).
  move: IH; case: ifP => _; last by move=> ->; rewrite mulr0.
  by case=> le_size ->; rewrite add1n ltnS big_cons mulrCA.
move: IH; case: ifP => _ IH; last by rewrite IH mulr0.
case: IH => le_size ->; case: (v \in starts); last by rewrite add0n mul1r.
by rewrite add1n (leq_trans le_size) // mulrA -exprS subSn.
Qed.

Lemma expand :
  \prod_(a <- t) (value a - 1)
  = \sum_(F : arcs d | all (mem t) (arcs_of F))
      (-1) ^+ (size t - size (arcs_of F)) * \prod_(a <- arcs_of F) value a.
Proof.
rewrite product_of_choices bigA_distr_bigA [RHS]big_mkcond; apply: eq_bigr => F _.
have := product_of_choice F (enum 'I_d); rewrite big_enum -inputsE -/(arcs_of F).
have -> : count (mem starts) (inputs d) = size t.
  rewrite -(size_map (fun a => a.2.1) t) -(card_uniqP different) cardE -size_filter inputsE; congr (size _).
  by rewrite [in RHS]/enum_mem enumT.
by case: ifP => // _ [].
Qed.

End Expand.

End Arcs.
