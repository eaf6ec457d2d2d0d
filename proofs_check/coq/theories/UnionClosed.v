(** * Families of subsets that are closed under union

    A _family_ is a set of proper nonempty subsets of the [d] inputs.  Its combinations are those of the maxima over its
    members, and a constant.  It is _closed under union_ if each union of two members is a member or the set of all
    inputs.  Let [L] consist of the complements of the members, the empty set and the set of all inputs, and let [mu] be
    its Moebius function: [mu A], short for mu(empty, A), is 1 for the empty set, and the sum of [mu B] over the [B] of
    [L] below [A] is 0 for any other [A].

    Claim: the least error of the combinations over [0,1]^d is 1 over the sum of [|mu A|], [A] in [L].

    Proof.  [L] is closed under intersection.  At the 0/1 vector with the ones [V] the maximum over [J] is 1 unless [V]
    is below the complement of [J], that is, unless the least member of [L] above [V] is.  So a residual is a function
    of the members [B] of [L] alone: [B <> empty] less a combination of the [B <= A] for the [A] of [L] other than the
    empty set; with [A] the set of all inputs for the constant.
    (Lower bound) The sum of [mu B] times that is -1, as [mu] is orthogonal to each such [B <= A].
    (Upper bound) Every function on [L] is a combination of all the [B <= A], [A] in [L] (solve for the coefficients
    from the largest [A] down), and that of the empty set is the sum of [mu B] times the function.  So if this sum is
    0, the empty set is not needed.  Take [B <> empty] plus the sign of [mu B] over the sum of [|mu A|]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes Reduction.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Families.

Variable d : nat.
Implicit Types (A B J K V : {set 'I_d}) (family L : {set {set 'I_d}}).

(** Some combination of the maxima over the members and a constant differs from the maximum by at most [E]. *)
Definition achievable_by_family (F : realFieldType) family (E : F) : Prop :=
  exists (constant : F) (c : {set 'I_d} -> F),
    forall x, in_cube x -> `|maximum x - (constant + \sum_(J in family) c J * max_over J x)| <= E.

Definition proper_nonempty family : Prop := forall J, J \in family -> J != set0 /\ J != setT.

Definition closed_under_union family : Prop :=
  forall J K, J \in family -> K \in family -> J :|: K \in family \/ J :|: K = setT.

Definition lattice_of_complements family : {set {set 'I_d}} := [set ~: J | J in family] :|: [set set0; setT].

(** [mu(empty, A)] in [L], by recursion on sets of fewer than [n] elements. *)
Fixpoint moebius_below (n : nat) L A : int :=
  if n is n'.+1 then (A == set0)%:R - \sum_(B in L | B \proper A) moebius_below n' L B else 0.

Definition moebius L A : int := moebius_below #|A|.+1 L A.

Lemma moebius_belowE n L A : (#|A| < n)%N -> moebius_below n L A = moebius L A.
Proof.
rewrite /moebius; move: {2}#|A| (leqnn #|A|) => m; elim: m n A => [|m IH] [|n] A //= le_Am lt_An.
  congr (_ - _); rewrite !big1 // => B /andP[_ /proper_card]; move: le_Am; rewrite leqn0 => /eqP -> //.
congr (_ - _); apply: eq_bigr => B /andP[_ /proper_card lt_BA].
have le_Bm : (#|B| <= m)%N by rewrite -ltnS (leq_trans lt_BA).
have fewer k : (#|A| <= k)%N -> moebius_below k L B = moebius_below #|B|.+1 L B.
  by move=> le_Ak; apply: IH => //; apply: leq_trans lt_BA le_Ak.
by rewrite !fewer.
Qed.

(** It is the Moebius function. *)
Lemma moebius_sum L A : A \in L -> \sum_(B in L | B \subset A) moebius L B = (A == set0)%:R.
Proof.
move=> in_L; rewrite (bigD1 A) ?in_L ?subxx //= {1}/moebius /=.
rewrite [X in _ + X](_ : _ = \sum_(B in L | B \proper A) moebius_below #|A| L B) ?subrK //.
apply: eq_big => [B | B /andP[/andP[_ sub] ne]]; first by rewrite properEneq -andbA [_ && (B != A)]andbC.
by rewrite moebius_belowE // proper_card // properEneq ne.
Qed.

End Families.

Section LeastError.

Variables (F : realFieldType) (d : nat) (family : {set {set 'I_d}}).
Implicit Types (A B J K V : {set 'I_d}) (x : 'I_d -> F) (E : F).
Hypotheses (d_gt0 : (0 < d)%N) (proper_family : proper_nonempty family) (closed : closed_under_union family).

Local Notation L := (lattice_of_complements family).
Local Notation mu A := ((moebius L A)%:~R : F).

Lemma in_lattice A : (A \in L) = [|| ~: A \in family, A == set0 | A == setT].
Proof.
rewrite !inE -[A in A \in _](setCK A) (mem_imset _ _ (@setC_inj _)) //.
Qed.

Lemma empty_in : set0 \in L.
Proof. by rewrite in_lattice eqxx orbT. Qed.

Lemma whole_in : setT \in L.
Proof. by rewrite in_lattice eqxx !orbT. Qed.

Lemma whole_neq0 : setT != set0 :> {set 'I_d}.
Proof. by rewrite -card_gt0 cardsT card_ord. Qed.

Lemma meet_in A B : A \in L -> B \in L -> A :&: B \in L.
Proof.
rewrite !in_lattice => /or3P[in_A | /eqP-> | /eqP->]; rewrite ?set0I ?setTI ?eqxx ?orbT //.
case/or3P=> [in_B | /eqP-> | /eqP->]; rewrite ?setI0 ?setIT ?eqxx ?in_A ?orbT //.
rewrite setCI; case: (closed in_A in_B) => [-> // | whole].
by apply/or3P; apply: Or32; rewrite -[X in X == _]setCK setCI whole setCT.
Qed.

(** The least member of [L] above [V]. *)
Definition least_above V : {set 'I_d} := \bigcap_(A in L | V \subset A) A.

Lemma least_above_in V : least_above V \in L.
Proof.
rewrite /least_above; elim/big_ind: _ => [|A B|A /andP[]] //; first exact: whole_in.
exact: meet_in.
Qed.

Lemma least_above_sub V A : A \in L -> (least_above V \subset A) = (V \subset A).
Proof.
move=> in_A; apply/idP/idP => [|sub]; last by apply: bigcap_inf; rewrite in_A.
by apply: subset_trans; apply/bigcapsP => B /andP[].
Qed.

(** The residual at the members of [L]. *)
Definition residual_in (constant : F) (c : {set 'I_d} -> F) B : F :=
  (B != set0)%:R - (constant + \sum_(J in family) c J * (1 - (B \subset ~: J)%:R)).

Lemma family_in J : J \in family -> ~: J \in L.
Proof. by move=> in_J; rewrite in_lattice setCK in_J. Qed.

Lemma residual_family constant c x :
  zero_one x ->
  maximum x - (constant + \sum_(J in family) c J * max_over J x) = residual_in constant c (least_above (~: zeros x)).
Proof.
move=> vertex_x; rewrite /maximum max_over_vertex ?whole_neq0 // /residual_in.
rewrite -subset0 (least_above_sub _ empty_in) -[setT in LHS]setC0 -[zeros x in LHS]setCK setCS; congr (_ - (_ + _)).
apply: eq_bigr => J in_J; rewrite (least_above_sub _ (family_in in_J)) max_over_vertex ?(proper_family in_J).1 //.
by rewrite setCS; case: (J \subset zeros x); rewrite ?subrr ?subr0.
Qed.

Lemma affine_of_family constant (c : {set 'I_d} -> F) :
  affine_on_order_simplices (fun x => maximum x - (constant + \sum_(J in family) c J * max_over J x)).
Proof.
apply: affine_add; first exact: affine_max_over.
pose f x := -1 * (constant + \sum_(J in family) c J * max_over J x).
apply: (@affine_ext _ _ _ f) => [x|]; first by rewrite /f mulN1r.
apply: affine_scale; apply: affine_add; first exact: affine_const.
by apply: affine_sum => J; apply: affine_scale; apply: affine_max_over.
Qed.

Lemma achievable_in_lattice E :
  achievable_by_family family E <->
  exists constant c, forall B, B \in L -> `|residual_in constant c B| <= E.
Proof.
split=> -[constant [c bound]]; exists constant, c.
  move=> B in_B; have least_B : least_above B = B.
    by apply/eqP; rewrite eqEsubset least_above_sub // subxx; apply/bigcapsP => A /andP[].
  have vertex_B := @vertex_zero_one F d (~: B).
  have := bound (vertex F (~: B)) (zero_one_in_cube vertex_B).
  by rewrite residual_family // zeros_vertex setCK least_B.
apply: bounded_by_vertices => [|x vertex_x]; first exact: affine_of_family.
by rewrite residual_family // bound // least_above_in.
Qed.

(** ** Lower bound *)

Lemma orthogonal A : A \in L -> \sum_(B in L) mu B * (B \subset A)%:R = (A == set0)%:R.
Proof.
move=> in_A; have := congr1 (fun m : int => m%:~R : F) (moebius_sum in_A).
rewrite rmorph_sum big_mkcondr /= => sums; transitivity (((A == set0)%:R : int)%:~R : F); last by case: eqP.
by rewrite -sums; apply: eq_bigr => B _; case: (B \subset A); rewrite ?mulr1 ?mulr0.
Qed.

Lemma sum_mu : \sum_(B in L) mu B = 0.
Proof.
transitivity (\sum_(B in L) mu B * (B \subset setT)%:R); first by apply: eq_bigr => B _; rewrite subsetT mulr1.
by rewrite (orthogonal whole_in) (negbTE whole_neq0).
Qed.

Lemma mu_empty : mu set0 = 1.
Proof.
transitivity (\sum_(B in L) mu B * (B \subset set0)%:R); last by rewrite (orthogonal empty_in) eqxx.
rewrite [RHS](bigD1 set0) ?empty_in //= subxx mulr1 big1 ?addr0 // => B /andP[_ ne].
by rewrite subset0 (negbTE ne) mulr0.
Qed.

Lemma mu_residual constant c : \sum_(B in L) mu B * residual_in constant c B = -1.
Proof.
transitivity (\sum_(B in L) (mu B * (1 - (B \subset set0)%:R) - mu B * constant
                             - \sum_(J in family) c J * (mu B * (1 - (B \subset ~: J)%:R)))).
  apply: eq_bigr => B _; rewrite /residual_in opprD addrA [LHS]mulrDr [X in X + _ = _]mulrDr !mulrN.
  congr (_ * _ - _ - _).
    by rewrite subset0; case: eqP; rewrite ?subrr ?subr0.
  by rewrite mulr_sumr; apply: eq_bigr => J _; rewrite mulrCA.
rewrite !sumrB exchange_big /= -mulr_suml sum_mu mul0r subr0.
have centred A : A \in L -> \sum_(B in L) mu B * (1 - (B \subset A)%:R) = - (A == set0)%:R.
  move=> in_A; under eq_bigr do rewrite mulrBr mulr1.
  by rewrite sumrB sum_mu orthogonal // add0r.
rewrite (centred _ empty_in) eqxx big1 ?subr0 // => J in_J.
rewrite -mulr_sumr (centred _ (family_in in_J)) -[set0]setCK setC0 (inj_eq (@setC_inj _)).
by rewrite (negbTE (proper_family in_J).2) oppr0 mulr0.
Qed.

Local Notation size_of_mu := (\sum_(A in L) `|moebius L A|%:~R : F).

Lemma size_gt0 : 0 < size_of_mu.
Proof.
rewrite (bigD1 set0) ?empty_in //= intr_norm mu_empty normr1 ltr_paddr ?ltr01 //.
by apply: sumr_ge0 => A _; rewrite ler0z.
Qed.

Lemma lower_bound E : achievable_by_family family E -> size_of_mu^-1 <= E.
Proof.
rewrite achievable_in_lattice => -[constant [c bound]]; rewrite -[_^-1]mul1r ler_pdivr_mulr ?size_gt0 //.
apply: le_trans (_ : `|\sum_(B in L) mu B * residual_in constant c B| <= _).
  by rewrite mu_residual normrN normr1.
rewrite mulrC mulr_suml; apply: le_trans (ler_norm_sum _ _ _) _.
by apply: ler_sum => B in_B; rewrite normrM intr_norm ler_wpmul2l // bound.
Qed.

(** ** Upper bound *)

(** Every function on a set of sets is a combination of the indicators of [B <= A]. *)
Lemma triangular (M : {set {set 'I_d}}) (f : {set 'I_d} -> F) :
  exists a : {set 'I_d} -> F, forall B, B \in M -> f B = \sum_(A in M) a A * (B \subset A)%:R.
Proof.
move: {2}#|M| (leqnn #|M|) => n; elim: n M => [|n IH] M le_M.
  by exists f => B in_B; move: le_M; rewrite leqn0 cards_eq0 => /eqP M0; rewrite M0 inE in in_B.
case: (set_0Vmem M) => [-> | [B1 in_B1]]; first by exists f => B; rewrite inE.
case: (@arg_minnP _ B1 (mem M) (fun B => #|B|) in_B1) => B0 member least; have in_B0 : B0 \in M by [].
have fewer : (#|M :\ B0| <= n)%N by rewrite -ltnS -(ltn_add2l (B0 \in M)) -cardsD1 in_B0.
have [a def_f] := IH _ fewer.
pose rest := \sum_(A in M :\ B0) a A * (B0 \subset A)%:R.
exists (fun A => if A == B0 then f B0 - rest else a A) => B in_B; rewrite (bigD1 B0) //= eqxx.
have -> : \sum_(A in M | A != B0) (if A == B0 then f B0 - rest else a A) * (B \subset A)%:R
          = \sum_(A in M :\ B0) a A * (B \subset A)%:R.
  by apply: eq_big => [A | A /andP[_ /negbTE-> //]]; rewrite !inE andbC.
case: (eqVneq B B0) => [-> | ne]; first by rewrite subxx mulr1 subrK.
rewrite (_ : (B \subset B0) = false) ?mulr0 ?add0r; first by apply: def_f; rewrite !inE ne.
apply: contraNF ne => sub; rewrite eqEcard sub; exact: least.
Qed.

Lemma upper_bound : achievable_by_family family size_of_mu^-1.
Proof.
rewrite achievable_in_lattice; pose f B : F := (B != set0)%:R + Num.sg (mu B) / size_of_mu.
have [a def_f] := triangular L f.
have a0 : a set0 = 0.
  transitivity (\sum_(B in L) mu B * f B).
    under eq_bigr => B in_B do rewrite (def_f B in_B) mulr_sumr; rewrite exchange_big /=.
    transitivity (\sum_(A in L) a A * (A == set0)%:R).
      rewrite (bigD1 set0) ?empty_in //= eqxx mulr1 big1 ?addr0 // => A /andP[_ /negbTE->]; exact: mulr0.
    apply: eq_bigr => A in_A; rewrite -(orthogonal in_A) mulr_sumr; apply: eq_bigr => B _; exact: mulrCA.
  transitivity (\sum_(B in L) (mu B - mu B * (B \subset set0)%:R + `|moebius L B|%:~R / size_of_mu)).
    apply: eq_bigr => B _; rewrite /f mulrDr intr_norm normrEsg mulrA [_ * Num.sg _]mulrC; congr (_ + _).
    by rewrite subset0; case: eqP; rewrite ?mulr1 ?mulr0 ?subrr ?subr0.
  rewrite big_split sumrB sum_mu (orthogonal empty_in) eqxx -mulr_suml divff ?(lt0r_neq0 size_gt0) // sub0r.
  exact: addNr.
exists (\sum_(A in L) a A), (fun J => - a (~: J)) => B in_B.
have -> : residual_in (\sum_(A in L) a A) (fun J => - a (~: J)) B = (B != set0)%:R - f B.
  rewrite /residual_in; congr (_ - _); rewrite (def_f B in_B).
  have -> : \sum_(J in family) - a (~: J) * (1 - (B \subset ~: J)%:R)
            = \sum_(A in L) a A * ((B \subset A)%:R - 1).
    rewrite [RHS](bigID [pred A | ~: A \in family]) /= [X in _ = _ + X]big1 ?addr0.
      rewrite [RHS](eq_bigl [pred A | ~: A \in family]) => [|A]; last first.
        by rewrite /= in_lattice; case: (~: A \in family); rewrite ?andbF.
      rewrite (reindex_inj (@setC_inj _)) /=; apply: eq_bigr => J _.
      by rewrite setCK mulNr -mulrN opprB.
    move=> A /andP[]; rewrite in_lattice => /or3P[-> // | /eqP-> | /eqP->] _; rewrite ?a0 ?mul0r //.
    by rewrite subsetT subrr mulr0.
  by rewrite -big_split; apply: eq_bigr => A _; rewrite /= mulrBr mulr1 addrC subrK.
have inverse_ge0 : 0 <= size_of_mu^-1 by rewrite invr_ge0 ltW ?size_gt0.
rewrite /f opprD addrA subrr add0r normrN normrM [`|_^-1|]ger0_norm // ler_pimull // normr_sg.
by case: eqP; rewrite ?ler01 ?lexx.
Qed.

Lemma least_of_family : least_error (achievable_by_family family) size_of_mu^-1.
Proof.
move=> E; split=> [|le_E]; first exact: lower_bound.
have [constant [c bound]] := upper_bound; exists constant, c => x cube; exact: le_trans (bound x cube) le_E.
Qed.

End LeastError.

(** Theorem: the Moebius function of a set of subsets, summed over the members below the member A, is 1 if A is empty
    and 0 if not. *)
Theorem moebius_sums (d : nat) (L : {set {set 'I_d}}) (A : {set 'I_d}) :
  A \in L -> \sum_(B in L | B \subset A) moebius L B = (A == set0)%:R.
Proof. exact: moebius_sum. Qed.

(** Theorem: for a family of proper nonempty subsets closed under union, the least error of the combinations of the
    maxima over its members and a constant is 1 over the sum of |mu(empty, A)| over the lattice of the complements. *)
Theorem union_closed (F : realFieldType) (d : nat) (family : {set {set 'I_d}}) :
  (0 < d)%N -> proper_nonempty family -> closed_under_union family ->
  least_error (achievable_by_family family)
    (\sum_(A in lattice_of_complements family) `|moebius (lattice_of_complements family) A|%:~R : F)^-1.
Proof. exact: least_of_family. Qed.
