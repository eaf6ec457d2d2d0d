(** * The ring of the calculus: formal sums of [e^(a + j y) eps^m]

    [a] is in an ordered field, [j] an integer, [m] a multiset of vertices.  [derivation] is d/dy, [at_knot a] puts
    [y = a], and [distinct] is the linear map that takes a product of [eps_v] to 1 if the [v] are different, else to
    0. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra GroupRing.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.
Local Open Scope quotient_scope.

Section Extend.

Variables (G : zmodType) (A : ringType) (iota_A : {rmorphism rat -> A}).
Implicit Types (x : (formal G)) (phi : G -> A).

(** The linear map that takes [e(v)] to [phi v]. *)
Definition extend phi x : A := list_sum iota_A phi (repr x).

Lemma extend_pi phi s : extend phi (\pi_(formal G) s) = list_sum iota_A phi s.
Proof. exact: same_list_sum (same_repr s). Qed.

Fact extend_is_additive phi : additive (extend phi).
Proof.
move=> x y; rewrite -[x - y]/(\pi_(formal G) _) extend_pi sum_add; congr (_ + _).
by rewrite -[LHS]/(list_sum _ _ _) [LHS]extend_pi sum_opp.
Qed.
Canonical extend_additive phi := Additive (extend_is_additive phi).

Lemma extend_term phi c v : extend phi (constant G c * exponential v) = iota_A c * phi v.
Proof.
have -> : constant G c * exponential v = \pi_(formal G) (list_single c v).
  apply: formal_eq => psi; rewrite formal_sum_mul formal_sum_constant formal_sum_exponential add0r.
  by rewrite formal_sum_pi (sum_single [rmorphism of idfun]).
by rewrite extend_pi sum_single.
Qed.

Lemma extend_exponential phi v : extend phi (exponential v) = phi v.
Proof. by rewrite -[exponential v]mul1r -(rmorph1 [rmorphism of @constant G]) extend_term rmorph1 mul1r. Qed.

End Extend.

Lemma decompose (G : zmodType) (x : (formal G)) : x = \sum_(a <- repr x) constant G a.1 * exponential a.2.
Proof.
apply: formal_eq => phi; rewrite /formal_sum -[list_sum id phi _]/(extend [rmorphism of idfun] phi _).
rewrite -[in RHS]/(extend [rmorphism of idfun] phi _) raddf_sum; apply: eq_bigr => a _.
by rewrite [RHS]extend_term.
Qed.

(** Additive maps that agree on the terms are equal. *)
Lemma additive_eq (G : zmodType) (A : zmodType) (f g : {additive (formal G) -> A}) :
  (forall c v, f (constant G c * exponential v) = g (constant G c * exponential v)) -> f =1 g.
Proof. by move=> same x; rewrite (decompose x) !raddf_sum; apply: eq_bigr => a _; exact: same. Qed.

Section Multiplicative.

Variables (G : zmodType) (A : comRingType) (iota_A : {rmorphism rat -> A}) (phi : G -> A).
Hypotheses (phi0 : phi 0 = 1) (phiD : forall u v, phi (u + v) = phi u * phi v).

Fact extend_is_multiplicative : multiplicative (extend iota_A phi).
Proof.
split=> [x y|]; last by rewrite -exponential0 extend_exponential.
rewrite (decompose x) (decompose y) mulr_suml !raddf_sum mulr_suml; apply: eq_bigr => a _.
rewrite mulr_sumr !raddf_sum mulr_sumr; apply: eq_bigr => b _.
by rewrite mulrACA -exponentialD -rmorphM /= !extend_term phiD rmorphM mulrACA.
Qed.
Definition extend_rmorphism := AddRMorphism extend_is_multiplicative.

End Multiplicative.

Section Ring.

Variables (F : realFieldType) (d : nat).

Definition exponents : zmodType := [zmodType of F * (int * {ffun 'I_d -> int})].
Local Notation R := (formal exponents).
Local Notation iota_R := [rmorphism of constant exponents].
Add Ring R_ring : (ring_laws [comRingType of R]).
Implicit Types (g : exponents) (x : R) (v : 'I_d) (c : rat).

Definition derive_exponent g : R := constant exponents g.2.1%:~R * exponential g.
Definition derivation : {additive R -> R} := [additive of extend iota_R derive_exponent].

Lemma derivation_term c g :
  derivation (constant exponents c * exponential g) = constant exponents (c * g.2.1%:~R) * exponential g.
Proof. by rewrite [LHS]extend_term /derive_exponent mulrA -rmorphM. Qed.

Lemma derivation_exponential g : derivation (exponential g) = constant exponents g.2.1%:~R * exponential g.
Proof. by rewrite [LHS]extend_exponential. Qed.

Lemma derivation_constant c x : derivation (constant exponents c * x) = constant exponents c * derivation x.
Proof.
rewrite (decompose x) mulr_sumr !raddf_sum mulr_sumr; apply: eq_bigr => a _.
by rewrite mulrA -rmorphM !derivation_term mulrA -rmorphM mulrA.
Qed.

Lemma derivation_mul x y : derivation (x * y) = derivation x * y + x * derivation y.
Proof.
have term c g c' g' :
    let s := constant exponents c * exponential g in let t := constant exponents c' * exponential g' in
    derivation (s * t) = derivation s * t + s * derivation t.
  move=> s t; rewrite /s /t mulrACA -exponentialD -rmorphM !derivation_term exponentialD /= rmorphD mulrDr !rmorphD.
  rewrite !rmorphM /=; move: (constant _ c) (constant _ c') (constant _ g.2.1%:~R) (constant _ g'.2.1%:~R).
  by move: (exponential _) (exponential _) => i j k l u v; commutative_ring [comRingType of R].
rewrite (decompose x) (decompose y) mulr_suml !raddf_sum !mulr_suml -big_split; apply: eq_bigr => a _.
rewrite !mulr_sumr raddf_sum -big_split; apply: eq_bigr => b _.
exact: term.
Qed.

Definition put (a : F) g : exponents := (g.1 + g.2.1%:~R * a, (0, g.2.2)).

Lemma put0 a : exponential (put a 0) = 1.
Proof. by rewrite /put /= mul0r addr0. Qed.

Lemma putD a g g' : exponential (put a (g + g')) = exponential (put a g) * exponential (put a g').
Proof. by rewrite -exponentialD; congr exponential; rewrite /put /= rmorphD mulrDl addrACA. Qed.

Definition at_knot (a : F) : {rmorphism R -> R} := extend_rmorphism iota_R (put0 a) (putD a).

Lemma at_knot_term a c g :
  at_knot a (constant exponents c * exponential g) = constant exponents c * exponential (put a g).
Proof. exact: extend_term. Qed.

Lemma at_knot_exponential a g : at_knot a (exponential g) = exponential (put a g).
Proof. exact: extend_exponential. Qed.

Lemma derivation_at_knot a x : derivation (at_knot a x) = 0.
Proof.
rewrite (decompose x) rmorph_sum raddf_sum big1 // => b _.
by rewrite at_knot_term derivation_term /= mulr0 rmorph0 mul0r.
Qed.

Lemma formal_sum_extend (phi : exponents -> R) x psi :
  formal_sum (extend iota_R phi x) psi = formal_sum x (fun g => formal_sum (phi g) psi).
Proof.
rewrite /extend {1}/list_sum [RHS]/formal_sum /list_sum /=.
elim: (repr x) => [|a s IH]; first by rewrite !big_nil formal_sum_zero.
by rewrite !big_cons -IH [LHS]formal_sum_add formal_sum_mul formal_sum_constant; under eq_formal_sum do rewrite add0r.
Qed.

Lemma formal_sum_sub x phi psi : formal_sum x phi - formal_sum x psi = formal_sum x (fun g => phi g - psi g).
Proof. by rewrite /formal_sum /list_sum -sumrB; apply: eq_bigr => b _; rewrite -mulrBr. Qed.

Lemma constant_at_knot a x : derivation x = 0 -> at_knot a x = x.
Proof.
move=> const; apply: formal_eq => psi; apply/eqP; rewrite -subr_eq0; apply/eqP.
pose quotient g := (psi (put a g) - psi g) / g.2.1%:~R.
transitivity (formal_sum (derivation x) quotient); last by rewrite const formal_sum_zero.
rewrite !formal_sum_extend formal_sum_sub; apply: eq_formal_sum => g.
rewrite /derive_exponent formal_sum_mul formal_sum_constant !formal_sum_exponential add0r /quotient.
have [j0 | j_neq0] := eqVneq g.2.1 0; last by rewrite mulrC divfK // intr_eq0.
rewrite j0 mul0r; apply/eqP; rewrite subr_eq0; apply/eqP; congr (psi _).
by case: g j0 => [r [j m]] /= ->; rewrite /put /= mul0r addr0.
Qed.

(** ** Distinct vertices *)

Definition keep g : R := if [forall v, g.2.2 v <= 1] then exponential (g.1, (g.2.1, 0)) else 0.
Definition distinct : {additive R -> R} := [additive of extend iota_R keep].

Lemma distinct_term c g : distinct (constant exponents c * exponential g) = constant exponents c * keep g.
Proof. exact: extend_term. Qed.

Lemma distinct_derivation x : distinct (derivation x) = derivation (distinct x).
Proof.
apply: (additive_eq (f := [additive of distinct \o derivation]) (g := [additive of derivation \o distinct])) => c g.
rewrite -[LHS]/(distinct (derivation _)) -[RHS]/(derivation (distinct _)) derivation_term !distinct_term /keep.
by case: ifP => _; rewrite ?mulr0 ?raddf0 // derivation_term.
Qed.

Lemma distinct_at_knot a x : distinct (at_knot a x) = at_knot a (distinct x).
Proof.
apply: (additive_eq (f := [additive of distinct \o at_knot a]) (g := [additive of at_knot a \o distinct])) => c g.
rewrite -[LHS]/(distinct (at_knot a _)) -[RHS]/(at_knot a (distinct _)) at_knot_term !distinct_term /keep.
rewrite -[(put a g).2.2]/(g.2.2).
by case: ifP => _; rewrite ?mulr0 ?rmorph0 // at_knot_term.
Qed.

(** What has no [eps] goes through. *)
Definition plain x : Prop := forall z, distinct (x * z) = x * distinct z.

Lemma plain1 : plain 1. Proof. by move=> z; rewrite !mul1r. Qed.

Lemma plain_mul x y : plain x -> plain y -> plain (x * y).
Proof. by move=> plain_x plain_y z; rewrite -!mulrA plain_x plain_y. Qed.

Lemma plain_sub x y : plain x -> plain y -> plain (x - y).
Proof. by move=> plain_x plain_y z; rewrite !mulrBl raddfB /= plain_x plain_y. Qed.

Lemma plain_exponential (a : F) (j : int) : plain (exponential ((a, (j, 0)) : exponents)).
Proof.
move=> z; rewrite (decompose z) mulr_sumr !raddf_sum mulr_sumr; apply: eq_bigr => b _.
rewrite mulrCA -exponentialD !distinct_term mulrCA; congr (_ * _); rewrite /keep /= add0r.
by case: ifP => _; rewrite ?mulr0 // -exponentialD; congr (exponential (_, (_, _))); rewrite addr0.
Qed.

Lemma plain_constant c : plain (constant exponents c).
Proof.
move=> z; rewrite (decompose z) mulr_sumr !raddf_sum mulr_sumr; apply: eq_bigr => b _.
by rewrite mulrA -rmorphM !distinct_term rmorphM mulrA.
Qed.

Lemma plain_prod (I : Type) (r : seq I) (P : pred I) (f : I -> R) :
  (forall i, plain (f i)) -> plain (\prod_(i <- r | P i) f i).
Proof. by move=> all_plain; apply: big_ind => // [|x y]; [exact: plain1 | exact: plain_mul]. Qed.

Definition unit_exponent v : exponents := (0, (0, [ffun u => (v == u)%:R])).
Definition epsilon v : R := exponential (unit_exponent v).

Lemma distinct_epsilons (l : seq 'I_d) : distinct (\prod_(v <- l) epsilon v) = (uniq l)%:R.
Proof.
rewrite -exponential_sum -[exponential _]mul1r -(rmorph1 iota_R) distinct_term rmorph1 mul1r /keep.
have -> : \sum_(v <- l) unit_exponent v = (0, (0, [ffun u => (count_mem u l)%:R])) :> exponents.
  elim: l => [|v l IH]; first by rewrite big_nil; congr (_, (_, _)); apply/ffunP => u; rewrite !ffunE.
  rewrite big_cons IH; congr (_, (_, _)); rewrite ?addr0 //; apply/ffunP => u; rewrite !ffunE /=.
  by rewrite natrD.
have -> : [forall v, [ffun u => (count_mem u l)%:R] v <= 1 :> int] = uniq l.
  apply/forallP/idP => [few | uniq_l v]; last by rewrite ffunE count_uniq_mem // lern1 leq_b1.
  apply: count_mem_uniq => v; have := few v; rewrite ffunE lern1 -has_pred1 has_count.
  by case: (count_mem v l) => [|[|]].
by case: (uniq l).
Qed.

End Ring.
