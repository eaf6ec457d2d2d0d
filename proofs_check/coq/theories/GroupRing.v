(** * Formal sums: the group ring over the rationals

    For an additive group [G] let [(formal G)] be the ring of the formal sums [sum_i c_i e(v_i)], [c_i] rational and
    [v_i] in [G], with [e(u) e(v) = e(u + v)].  Different [e(v)] are independent.  So each function [phi] on [G] extends
    to a linear map [linearly phi], which takes [e(v)] to [phi(v)]: it turns an identity between exponentials of linear
    forms into one between their absolute values.

    A formal sum is written as a list of pairs; two lists are the same if they give the same sums for every [phi]. *)

From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.
Local Open Scope quotient_scope.

Section Lists.

Variable G : zmodType.
Local Notation formal_list := (seq (rat * G)).
Implicit Types (s t : formal_list) (u v : G).

(** The sum of [c phi(v)] over the pairs, in any ring that contains the rationals. *)
Definition list_sum (A : ringType) (iota : rat -> A) (phi : G -> A) s : A := \sum_(a <- s) iota a.1 * phi a.2.

Definition coefficient s v : rat := \sum_(a <- s | a.2 == v) a.1.

Definition same_lists s t : bool := all (fun v => coefficient s v == coefficient t v) (unzip2 (s ++ t)).

Lemma coefficient_outside s v : v \notin unzip2 s -> coefficient s v = 0.
Proof.
move=> out; rewrite /coefficient big_seq_cond big1 // => a /andP[in_s /eqP def_v].
by rewrite -def_v map_f in out.
Qed.

Lemma same_listsP s t : reflect (forall v, coefficient s v = coefficient t v) (same_lists s t).
Proof.
apply: (iffP allP) => [same v | same v _]; last by rewrite same.
have [/same/eqP // | ] := boolP (v \in unzip2 (s ++ t)).
by rewrite /unzip2 map_cat mem_cat negb_or => /andP[out_s out_t]; rewrite !coefficient_outside.
Qed.

Lemma list_sum_by_coefficients (A : ringType) (iota : {rmorphism rat -> A}) (phi : G -> A) s (support : seq G) :
  uniq support -> {subset unzip2 s <= support} ->
  list_sum iota phi s = \sum_(v <- support) iota (coefficient s v) * phi v.
Proof.
move=> uniq_support inside.
under eq_bigr do rewrite /coefficient rmorph_sum mulr_suml big_mkcond /=.
rewrite exchange_big /= /list_sum big_seq [RHS]big_seq; apply: eq_bigr => a in_s.
rewrite -big_mkcond (big_rem a.2) ?inside ?map_f //= eqxx big_seq_cond big1 ?addr0 // => v.
by case/andP=> in_rem /eqP def_v; move: in_rem; rewrite -def_v mem_rem_uniqF.
Qed.

Lemma same_list_sum (A : ringType) (iota : {rmorphism rat -> A}) (phi : G -> A) s t :
  same_lists s t -> list_sum iota phi s = list_sum iota phi t.
Proof.
move/same_listsP=> same.
rewrite !(@list_sum_by_coefficients _ iota phi _ (undup (unzip2 (s ++ t)))) ?undup_uniq //.
- by apply: eq_bigr => v _; rewrite same.
- by move=> v; rewrite mem_undup /unzip2 map_cat mem_cat orbC => ->.
by move=> v; rewrite mem_undup /unzip2 map_cat mem_cat => ->.
Qed.

(** With rational values, sums decide. *)
Lemma same_by_sums s t : (forall phi, list_sum id phi s = list_sum id phi t :> rat) -> same_lists s t.
Proof.
have coefficient_sum r v : coefficient r v = list_sum id (fun w => (w == v)%:R) r.
  by rewrite /coefficient /list_sum big_mkcond; apply: eq_bigr => a _; case: (a.2 == v); rewrite ?mulr1 ?mulr0.
by move=> same; apply/same_listsP => v; rewrite !coefficient_sum.
Qed.

Lemma sums_of_same s t phi : same_lists s t -> list_sum id phi s = list_sum id phi t :> rat.
Proof. exact: (same_list_sum [rmorphism of idfun]). Qed.

Lemma same_refl : reflexive same_lists.
Proof. by move=> s; apply: same_by_sums. Qed.

Lemma same_sym : symmetric same_lists.
Proof. by move=> s t; apply/same_listsP/same_listsP => same v. Qed.

Lemma same_trans : transitive same_lists.
Proof. by move=> t s r /same_listsP st /same_listsP tr; apply/same_listsP => v; rewrite st. Qed.

Canonical same_equiv := EquivRel same_lists same_refl same_sym same_trans.

(** ** Operations on lists *)

Definition list_add s t : formal_list := s ++ t.
Definition list_opp s : formal_list := [seq (- a.1, a.2) | a <- s].
Definition list_mul s t : formal_list := [seq (a.1 * b.1, a.2 + b.2) | a <- s, b <- t].
Definition list_single (c : rat) v : formal_list := [:: (c, v)].

Section Sums.

Variables (A : ringType) (iota : {rmorphism rat -> A}) (phi : G -> A).

Lemma sum_nil : list_sum iota phi [::] = 0. Proof. exact: big_nil. Qed.

Lemma sum_add s t : list_sum iota phi (list_add s t) = list_sum iota phi s + list_sum iota phi t.
Proof. exact: big_cat. Qed.

Lemma sum_opp s : list_sum iota phi (list_opp s) = - list_sum iota phi s.
Proof. by rewrite /list_sum big_map -sumrN; apply: eq_bigr => a _; rewrite rmorphN mulNr. Qed.

Lemma sum_single c v : list_sum iota phi (list_single c v) = iota c * phi v.
Proof. exact: big_seq1. Qed.

End Sums.

Lemma sum_mul phi s t :
  list_sum id phi (list_mul s t) = list_sum id (fun u => list_sum id (fun v => phi (u + v)) t) s :> rat.
Proof.
rewrite /list_sum big_allpairs_dep; apply: eq_bigr => a _; rewrite mulr_sumr.
by apply: eq_bigr => b _; rewrite mulrA.
Qed.

End Lists.

(** ** The ring *)

Definition formal (G : zmodType) := {eq_quot @same_equiv G}.

Section Ring.

Variable G : zmodType.

Canonical formal_eqType := [eqType of (formal G)].
Canonical formal_choiceType := [choiceType of (formal G)].
Canonical formal_eqQuotType := [eqQuotType @same_lists G of (formal G)].

Implicit Types (s t : seq (rat * G)) (x y z : (formal G)).

Lemma pi_same s t : same_lists s t -> \pi_(formal G) s = \pi_(formal G) t.
Proof. by move=> same; apply/eqmodP. Qed.

Lemma same_repr s : same_lists (repr (\pi_(formal G) s)) s.
Proof. by apply/eqmodP; rewrite reprK. Qed.

Definition formal_add x y := \pi_(formal G) (list_add (repr x) (repr y)).
Definition formal_opp x := \pi_(formal G) (list_opp (repr x)).
Definition formal_mul x y := \pi_(formal G) (list_mul (repr x) (repr y)).
Definition formal_zero := \pi_(formal G) ([::] : seq (rat * G)).
Definition formal_one := \pi_(formal G) (list_single 1 (0 : G)).

(** Equality is equality of all sums; the sums of results are known. *)
Definition formal_sum x (phi : G -> rat) : rat := list_sum id phi (repr x).

Lemma formal_eq x y : formal_sum x =1 formal_sum y -> x = y.
Proof. by move=> same; rewrite -[x]reprK -[y]reprK; apply/pi_same/same_by_sums. Qed.

Lemma formal_sum_pi s phi : formal_sum (\pi_(formal G) s) phi = list_sum id phi s.
Proof. exact/sums_of_same/same_repr. Qed.

Lemma formal_sum_add x y phi : formal_sum (formal_add x y) phi = formal_sum x phi + formal_sum y phi.
Proof. by rewrite formal_sum_pi (sum_add [rmorphism of idfun]). Qed.

Lemma formal_sum_opp x phi : formal_sum (formal_opp x) phi = - formal_sum x phi.
Proof. by rewrite formal_sum_pi (sum_opp [rmorphism of idfun]). Qed.

Lemma formal_sum_mul x y phi :
  formal_sum (formal_mul x y) phi = formal_sum x (fun u => formal_sum y (fun v => phi (u + v))).
Proof. by rewrite formal_sum_pi sum_mul. Qed.

Lemma formal_sum_zero phi : formal_sum formal_zero phi = 0.
Proof. by rewrite formal_sum_pi (sum_nil [rmorphism of idfun]). Qed.

Lemma formal_sum_one phi : formal_sum formal_one phi = phi 0.
Proof. by rewrite formal_sum_pi (sum_single [rmorphism of idfun]) mul1r. Qed.

Lemma eq_formal_sum x phi psi : phi =1 psi -> formal_sum x phi = formal_sum x psi.
Proof. by move=> same; apply: eq_bigr => a _; rewrite same. Qed.

Lemma formal_addA : associative formal_add.
Proof. by move=> x y z; apply: formal_eq => phi; rewrite !formal_sum_add addrA. Qed.

Lemma formal_addC : commutative formal_add.
Proof. by move=> x y; apply: formal_eq => phi; rewrite !formal_sum_add addrC. Qed.

Lemma formal_add0 : left_id formal_zero formal_add.
Proof. by move=> x; apply: formal_eq => phi; rewrite formal_sum_add formal_sum_zero add0r. Qed.

Lemma formal_addN : left_inverse formal_zero formal_opp formal_add.
Proof. by move=> x; apply: formal_eq => phi; rewrite formal_sum_add formal_sum_opp formal_sum_zero addNr. Qed.

Definition formal_zmodMixin := ZmodMixin formal_addA formal_addC formal_add0 formal_addN.
Canonical formal_zmodType := ZmodType (formal G) formal_zmodMixin.

Lemma formal_mulA : associative formal_mul.
Proof.
move=> x y z; apply: formal_eq => phi; rewrite !formal_sum_mul; apply: eq_formal_sum => u.
by rewrite formal_sum_mul; apply: eq_formal_sum => v; apply: eq_formal_sum => w; rewrite addrA.
Qed.

Lemma formal_mulC : commutative formal_mul.
Proof.
move=> x y; apply: formal_eq => phi; rewrite !formal_sum_mul /formal_sum /list_sum.
under eq_bigr do rewrite mulr_sumr; rewrite exchange_big /=; apply: eq_bigr => b _; rewrite mulr_sumr.
by apply: eq_bigr => a _; rewrite mulrCA [a.2 + _]addrC.
Qed.

Lemma formal_mul1 : left_id formal_one formal_mul.
Proof.
move=> x; apply: formal_eq => phi; rewrite formal_sum_mul formal_sum_one.
by apply: eq_formal_sum => v; rewrite add0r.
Qed.

Lemma formal_mulD : left_distributive formal_mul formal_add.
Proof. by move=> x y z; apply: formal_eq => phi; rewrite formal_sum_add !formal_sum_mul formal_sum_add. Qed.

Lemma formal_1neq0 : formal_one != formal_zero.
Proof.
apply/eqP => /(congr1 (fun x => formal_sum x (fun=> 1))) /eqP.
by rewrite formal_sum_one formal_sum_zero oner_eq0.
Qed.

Definition formal_ringMixin := ComRingMixin formal_mulA formal_mulC formal_mul1 formal_mulD formal_1neq0.
Canonical formal_ringType := RingType (formal G) formal_ringMixin.
Canonical formal_comRingType := ComRingType (formal G) formal_mulC.

(** ** Rationals and exponentials in the ring *)

Definition constant (c : rat) : (formal G) := \pi_(formal G) (list_single c 0).
Definition exponential (v : G) : (formal G) := \pi_(formal G) (list_single 1 v).

Lemma formal_sum_constant c phi : formal_sum (constant c) phi = c * phi 0.
Proof. by rewrite formal_sum_pi (sum_single [rmorphism of idfun]). Qed.

Lemma formal_sum_exponential v phi : formal_sum (exponential v) phi = phi v.
Proof. by rewrite formal_sum_pi (sum_single [rmorphism of idfun]) mul1r. Qed.

Lemma exponentialD u v : exponential (u + v) = exponential u * exponential v.
Proof. by apply: formal_eq => phi; rewrite formal_sum_mul !formal_sum_exponential. Qed.

Lemma exponential0 : exponential 0 = 1. Proof. by []. Qed.

Lemma exponential_sum (I : Type) (r : seq I) (f : I -> G) :
  exponential (\sum_(i <- r) f i) = \prod_(i <- r) exponential (f i).
Proof. by apply: (big_morph exponential) => // u v; exact: exponentialD. Qed.

Lemma exponential_power v k : exponential v ^+ k = exponential (v *+ k).
Proof. by elim: k => // k IH; rewrite exprS IH -exponentialD mulrS. Qed.

Fact constant_is_rmorphism : rmorphism constant.
Proof.
split=> [c d|]; [|split=> // c d]; apply: formal_eq => phi.
  by rewrite formal_sum_add formal_sum_opp !formal_sum_constant mulrBl.
by rewrite formal_sum_mul !formal_sum_constant addr0 mulrA.
Qed.
Canonical constant_additive := Additive constant_is_rmorphism.
Canonical constant_rmorphism := RMorphism constant_is_rmorphism.

(** ** The linear maps *)

Section Linear.

Variables (F : numFieldType) (phi : G -> F).

Definition linearly x : F := list_sum (@ratr F) phi (repr x).

Lemma linearly_pi s : linearly (\pi_(formal G) s) = list_sum (@ratr F) phi s.
Proof. exact: (same_list_sum [rmorphism of @ratr F]) (same_repr s). Qed.

Fact linearly_is_additive : additive linearly.
Proof.
move=> x y; rewrite -[x - y]/(\pi_(formal G) _) linearly_pi (sum_add [rmorphism of @ratr F]); congr (_ + _).
by rewrite -[LHS]/(list_sum _ _ _) [LHS]linearly_pi (sum_opp [rmorphism of @ratr F]).
Qed.
Canonical linearly_additive := Additive linearly_is_additive.

Lemma linearly_exponential c v : linearly (constant c * exponential v) = ratr c * phi v.
Proof.
have -> : constant c * exponential v = \pi_(formal G) (list_single c v).
  apply: formal_eq => psi; rewrite formal_sum_mul formal_sum_constant formal_sum_exponential add0r.
  by rewrite formal_sum_pi (sum_single [rmorphism of idfun]).
by rewrite linearly_pi (sum_single [rmorphism of @ratr F]).
Qed.

End Linear.

End Ring.
