(** * The sum of [w^i / i!] with different vertices is a product *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra GroupRing ForestRing.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Injective functions from [i] numbers to [k], by their images. *)
Lemma sum_injective (A : comRingType) (i k : nat) (z : 'I_k -> A) :
  \sum_(f : {ffun 'I_i -> 'I_k} | injectiveb f) \prod_j z (f j)
  = (\sum_(S : {set 'I_k} | #|S| == i) \prod_(v in S) z v) *+ i`!.
Proof.
rewrite (partition_big (fun f : {ffun 'I_i -> 'I_k} => f @: setT) (fun S : {set 'I_k} => #|S| == i)) /=; last first.
  by move=> f /injectiveP inj; rewrite card_imset // cardsT card_ord.
rewrite -sumrMnl; apply: eq_bigr => S /eqP card_S.
rewrite -(@eq_bigr _ _ _ _ _ _ (fun=> \prod_(v in S) z v)).
  rewrite sumr_const; congr (_ *+ _).
  transitivity #|[set f : {ffun 'I_i -> 'I_k} in ffun_on (mem S) | injectiveb f]|; last first.
    by rewrite card_inj_ffuns_on card_S card_ord ffactnn.
  apply: eq_card => f; rewrite [RHS]in_set [LHS]unfold_in andbC [RHS]andbC andbC.
  have [/injectiveP inj | //] := boolP (injectiveb f).
  apply/eqP/ffun_onP => [<- j | on_S]; first exact: imset_f.
  apply/eqP; rewrite eqEcard card_imset // cardsT card_ord card_S leqnn andbT.
  by apply/subsetP => _ /imsetP[j _ ->].
move=> f /andP[/injectiveP inj /eqP <-]; rewrite big_imset /=; last by move=> a b _ _; exact: inj.
by apply: eq_bigl => j; rewrite inE.
Qed.

Lemma prod_one_add (A : comRingType) (I : finType) (z : I -> A) :
  \prod_v (1 + z v) = \sum_(S : {set I}) \prod_(v in S) z v.
Proof.
transitivity (\prod_v \sum_(b : bool) if b then z v else 1).
  by apply: eq_bigr => v _; rewrite big_bool addrC.
rewrite bigA_distr_bigA (reindex (fun S : {set I} => [ffun v => v \in S])) /=; last first.
  by exists (fun f => [set v | f v]) => f _; [apply/setP | apply/ffunP] => v; rewrite !(inE, ffunE).
by apply: eq_bigr => S _; rewrite [RHS]big_mkcond; apply: eq_bigr => v _; rewrite ffunE.
Qed.

Section Exponential.

Variables (F : realFieldType) (d : nat).
Local Notation R := (formal (exponents F d)).
Local Notation distinct := (@ForestRing.distinct F d).
Local Notation iota_R := (constant (exponents F d)).

Lemma distinct_power i k (vertex : 'I_k -> 'I_d) (z : 'I_k -> R) :
  injective vertex -> (forall v, plain (z v)) ->
  distinct ((\sum_v epsilon F (vertex v) * z v) ^+ i)
  = (\sum_(S : {set 'I_k} | #|S| == i) \prod_(v in S) z v) *+ i`!.
Proof.
move=> inj plain_z; rewrite -sum_injective -[in LHS](card_ord i) -prodr_const bigA_distr_bigA raddf_sum.
rewrite [RHS]big_mkcond /=; apply: eq_bigr => f _; rewrite big_split /= mulrC.
have plain_product : plain (\prod_j z (f j)) by exact: plain_prod.
rewrite -[extend _ _ _]/(distinct _) plain_product.
have -> : \prod_j epsilon F (vertex (f j)) = \prod_(v <- [seq vertex (f j) | j <- enum 'I_i]) epsilon F v.
  by rewrite big_map big_enum.
rewrite distinct_epsilons map_comp map_inj_uniq // -[uniq _]/(injectiveb f).
by case: (injectiveb f); rewrite ?mulr1 ?mulr0.
Qed.

Lemma distinct_exponential n k (vertex : 'I_k -> 'I_d) (z : 'I_k -> R) :
  injective vertex -> (forall v, plain (z v)) -> (k <= n)%N ->
  \sum_(i < n.+1) iota_R i`!%:R^-1 * distinct ((\sum_v epsilon F (vertex v) * z v) ^+ i) = \prod_v (1 + z v).
Proof.
move=> inj plain_z le_kn.
have inverse i : iota_R i`!%:R^-1 * i`!%:R = 1.
  by rewrite -(rmorph_nat [rmorphism of iota_R]) -rmorphM mulVf ?rmorph1 // pnatr_eq0 -lt0n fact_gt0.
transitivity (\sum_(i < n.+1) \sum_(S : {set 'I_k} | #|S| == i) \prod_(v in S) z v).
  by apply: eq_bigr => i _; rewrite (distinct_power i inj plain_z) -[bigop _ _ _ *+ _]mulr_natl mulrA inverse mul1r.
rewrite prod_one_add (partition_big (fun S : {set 'I_k} => inord #|S| : 'I_n.+1) xpredT) //=; apply: eq_bigr => i _.
apply: eq_bigl => S.
by rewrite -val_eqE /= inordK // ltnS (leq_trans _ le_kn) // -[k in (_ <= k)%N]card_ord max_card.
Qed.

End Exponential.
