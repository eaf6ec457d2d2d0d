(** * The estimator with the least mean square

    Claim: let [f] have the least mean square of the residual [e = max - f] among the combinations of mean subpool maxima
    of the orders [R].  Then the mean of [e m_r] is 0 for [r] in [R], and the mean of [(e - g)^2] is that of [e^2] and
    that of [g^2] together, for each combination [g].

    Of the mean it is used only that it is linear; so this holds for the uniform law on the cube and for any other.

    Proof.  [mean (e - t m_r)^2 = mean e^2 - 2 t B + t^2 C] is no less than [mean e^2] for any [t]; so [B = 0].  [g] is a
    combination of the [m_r]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Classes.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Means.

Variables (F : realFieldType) (d : nat).
Local Notation input := ('I_d -> F).

(** [mean] is linear on the functions that it is defined for, and depends on their values in the cube alone. *)
Definition linear_mean (defined : (input -> F) -> Prop) (mean : (input -> F) -> F) : Prop :=
  (forall f g, (forall x, in_cube x -> f x = g x) -> defined f -> defined g /\ mean g = mean f) /\
  (forall a b f g, defined f -> defined g ->
    defined (fun x => a * f x + b * g x) /\ mean (fun x => a * f x + b * g x) = a * mean f + b * mean g).

(** It is defined for the products of any two of these functions. *)
Definition products_defined (defined : (input -> F) -> Prop) (orders : seq nat) : Prop :=
  [/\ defined (fun x => maximum x * maximum x),
      forall r, r \in orders -> defined (fun x => maximum x * subpool_max r x)
    & forall r s, r \in orders -> s \in orders -> defined (fun x => subpool_max r x * subpool_max s x)].

Definition combination_of (orders : seq nat) (beta : nat -> F) (x : input) : F :=
  \sum_(r <- orders) beta r * subpool_max r x.

Definition residual_at (orders : seq nat) (beta : nat -> F) (x : input) : F := maximum x - combination_of orders beta x.

(** The coefficients [beta] have the least mean square of the residual. *)
Definition least_mean_square (mean : (input -> F) -> F) (orders : seq nat) (beta : nat -> F) : Prop :=
  forall gamma : nat -> F,
    mean (fun x => residual_at orders beta x ^+ 2) <= mean (fun x => residual_at orders gamma x ^+ 2).

End Means.

Section LeastSquares.

Variables (F : realFieldType) (d : nat).
Add Field F_field : (field_laws F).
Local Notation input := ('I_d -> F).
Variables (defined : (input -> F) -> Prop) (mean : (input -> F) -> F).
Hypothesis linear : linear_mean defined mean.

Implicit Types (f g h : input -> F) (orders : seq nat) (beta : nat -> F).

Lemma mean_ext f g : (forall x, f x = g x) -> defined f -> defined g /\ mean g = mean f.
Proof. by move=> same; apply: linear.1 => x _. Qed.

Lemma mean_same f g : defined f -> (forall x, f x = g x) -> mean g = mean f.
Proof. by move=> def same; apply: (mean_ext same def).2. Qed.

Lemma mean_combine a b f g :
  defined f -> defined g ->
  defined (fun x => a * f x + b * g x) /\ mean (fun x => a * f x + b * g x) = a * mean f + b * mean g.
Proof. exact: linear.2. Qed.

(** A quadratic function without a linear part that is never negative. *)
Lemma no_linear_part (B C : F) : (forall t, 0 <= - (2%:R * t * B) + t ^+ 2 * C) -> B = 0.
Proof.
move=> nonneg; have C_ge0 : 0 <= C.
  have := addr_ge0 (nonneg 1) (nonneg (-1)); rewrite (_ : _ + _ = C + C); last by rewrite !expr2; normal_ring F.
  by rewrite -mulr2n pmulrn_lge0.
have pos : 0 < 1 + C by rewrite ltr_paddr ?ltr01.
have nz := lt0r_neq0 pos; have := nonneg (B / (1 + C)).
rewrite (_ : _ + _ = - (B ^+ 2 * ((2%:R + C) / (1 + C) ^+ 2))); last first.
  by move/eqP: nz => nz; rewrite !expr2; normal_field F.
rewrite oppr_ge0 => le0; apply/eqP; rewrite -sqrf_eq0 eq_le sqr_ge0 andbT.
have size_gt0 : 0 < (2%:R + C) / (1 + C) ^+ 2.
  by rewrite divr_gt0 ?exprn_gt0 // ltr_paddr // ltr0n.
by rewrite -(pmulr_lle0 _ size_gt0).
Qed.

Variables (orders : seq nat) (beta : nat -> F).
Hypotheses (uniq_R : uniq orders) (products : products_defined defined orders).

(** The mean of a product with a combination. *)
Lemma mean_sum h (delta : nat -> F) (s : seq nat) :
  defined (fun x => h x * 0) -> (forall r, r \in s -> defined (fun x => h x * subpool_max r x)) ->
  defined (fun x => h x * combination_of s delta x) /\
  mean (fun x => h x * combination_of s delta x) = \sum_(r <- s) delta r * mean (fun x => h x * subpool_max r x).
Proof.
move=> zero; elim: s => [|r s IH] each.
  have nil x : h x * 0 = h x * combination_of [::] delta x by rewrite /combination_of big_nil.
  have [def ->] := mean_ext nil zero; split=> //; rewrite big_nil.
  have [_ twice] := mean_combine 0 0 zero zero; have [_ <-] := mean_ext (fun x => mulr0 (h x)) zero.
  have same x : h x * 0 = 0 * (h x * 0) + 0 * (h x * 0) by rewrite !mulr0 addr0.
  have [_ back] := mean_ext (fun x => etrans (esym (same x)) (mulr0 (h x))) (mean_combine 0 0 zero zero).1.
  by rewrite back twice !mul0r addr0.
have [def_s mean_s] := IH (fun q in_s => each q (mem_behead (s := r :: s) in_s)).
have def_r := each r (mem_head r s); have [def mean_rs] := mean_combine (delta r) 1 def_r def_s.
have same x : delta r * (h x * subpool_max r x) + 1 * (h x * combination_of s delta x)
    = h x * combination_of (r :: s) delta x.
  by rewrite /combination_of big_cons mulrDr mul1r mulrCA.
have [def' ->] := mean_ext same def; split=> //.
by rewrite mean_rs mul1r mean_s big_cons.
Qed.

Lemma zero_defined h : defined (fun x => h x * 0).
Proof.
have [max2 _ _] := products.
by apply: (mean_ext _ (mean_combine 0 0 max2 max2).1).1 => x; rewrite !mul0r mulr0 addr0.
Qed.

Lemma order_combination r delta : r \in orders -> defined (fun x => subpool_max r x * combination_of orders delta x).
Proof.
by move=> in_R; have [_ _ orders2] := products; apply: (mean_sum delta (zero_defined _) _).1 => s; apply: orders2.
Qed.

Lemma combinations gamma delta :
  defined (fun x => combination_of orders gamma x * combination_of orders delta x).
Proof.
apply: (mean_sum delta (zero_defined _) _).1 => r in_R.
by apply: (mean_ext _ (order_combination gamma in_R)).1 => x; rewrite mulrC.
Qed.

Lemma residual_order r : r \in orders -> defined (fun x => residual_at orders beta x * subpool_max r x).
Proof.
move=> in_R; have [_ max_order _] := products.
apply: (mean_ext _ (mean_combine 1 (-1) (max_order r in_R) (order_combination beta in_R)).1).1 => x.
by rewrite /residual_at mul1r mulN1r mulrBl [combination_of _ _ _ * _]mulrC.
Qed.

Lemma residual_combination delta :
  defined (fun x => residual_at orders beta x * combination_of orders delta x) /\
  mean (fun x => residual_at orders beta x * combination_of orders delta x)
    = \sum_(r <- orders) delta r * mean (fun x => residual_at orders beta x * subpool_max r x).
Proof. exact: (mean_sum delta (zero_defined _) residual_order). Qed.

Lemma residual_square : defined (fun x => residual_at orders beta x * residual_at orders beta x).
Proof.
have [max2 max_order _] := products.
have def_mc := (mean_sum beta (zero_defined (@maximum F d)) max_order).1.
have def1 := (mean_combine 1 (- 2%:R) max2 def_mc).1.
apply: (mean_ext _ (mean_combine 1 1 def1 (combinations beta beta)).1).1 => x; rewrite /residual_at.
by move: (maximum x) (combination_of _ _ _) => m c; normal_ring F.
Qed.

(** The mean square of the residual less a combination. *)
Lemma shifted delta :
  mean (fun x => (residual_at orders beta x - combination_of orders delta x) ^+ 2)
    = mean (fun x => residual_at orders beta x ^+ 2)
      - 2%:R * (\sum_(r <- orders) delta r * mean (fun x => residual_at orders beta x * subpool_max r x))
      + mean (fun x => combination_of orders delta x ^+ 2).
Proof.
have [def_eg mean_eg] := residual_combination delta.
have [def1 mean1] := mean_combine 1 (- 2%:R) residual_square def_eg.
have [def2 mean2] := mean_combine 1 1 def1 (combinations delta delta).
rewrite [LHS](mean_same def2) => [|x]; last first.
  by rewrite expr2; move: (residual_at _ _ _) (combination_of _ _ _) => e g; normal_ring F.
by rewrite mean2 mean1 mean_eg !mul1r mulNr.
Qed.

Lemma scaled_square t delta :
  mean (fun x => combination_of orders (fun r => t * delta r) x ^+ 2)
    = t ^+ 2 * mean (fun x => combination_of orders delta x ^+ 2).
Proof.
have [def square] := mean_ext (fun x => esym (expr2 (combination_of orders delta x))) (combinations delta delta).
have [def' scaled] := mean_combine (t ^+ 2) 0 def def.
rewrite [LHS](mean_same def') => [|x]; first by rewrite scaled mul0r addr0.
rewrite mul0r addr0 -exprMn; congr (_ ^+ 2); rewrite /combination_of mulr_sumr.
by apply: eq_bigr => r _; rewrite mulrA.
Qed.

Hypothesis optimal : least_mean_square mean orders beta.

Lemma shifted_more delta :
  mean (fun x => residual_at orders beta x ^+ 2)
    <= mean (fun x => (residual_at orders beta x - combination_of orders delta x) ^+ 2).
Proof.
have := optimal (fun r => beta r + delta r).
have same x :
    residual_at orders (fun r => beta r + delta r) x = residual_at orders beta x - combination_of orders delta x.
  rewrite /residual_at /combination_of -addrA -opprD -big_split /=; congr (_ - _).
  by apply: eq_bigr => r _; rewrite mulrDl.
have [def1 _] := mean_combine 1 (- 2%:R) residual_square (residual_combination delta).1.
have [def2 _] := mean_combine 1 1 def1 (combinations delta delta).
rewrite [X in _ <= X -> _](mean_same def2) => [|x]; last first.
  by rewrite same expr2; move: (residual_at _ _ _) (combination_of _ _ _) => e g; normal_ring F.
rewrite [X in _ -> _ <= X](mean_same def2) // => x.
by rewrite expr2; move: (residual_at _ _ _) (combination_of _ _ _) => e g; normal_ring F.
Qed.

Lemma orthogonal r : r \in orders -> mean (fun x => residual_at orders beta x * subpool_max r x) = 0.
Proof.
move=> in_R; pose delta s : F := (s == r)%:R.
have single t : \sum_(s <- orders) t * delta s * mean (fun x => residual_at orders beta x * subpool_max s x)
    = t * mean (fun x => residual_at orders beta x * subpool_max r x).
  rewrite (perm_big _ (perm_to_rem in_R)) big_cons /delta eqxx mulr1 big_seq big1 /= ?addr0 // => s.
  by rewrite mem_rem_uniq // inE => /andP[/negbTE -> _]; rewrite mulr0 mul0r.
apply: (@no_linear_part _ (mean (fun x => combination_of orders delta x ^+ 2))) => t.
have := shifted_more (fun s => t * delta s); rewrite shifted single scaled_square -addrA ler_addl.
by rewrite mulrA.
Qed.

Lemma pythagoras delta :
  mean (fun x => (residual_at orders beta x - combination_of orders delta x) ^+ 2)
    = mean (fun x => residual_at orders beta x ^+ 2) + mean (fun x => combination_of orders delta x ^+ 2).
Proof.
rewrite shifted big_seq big1 ?mulr0 ?subr0 // => r in_R.
by rewrite orthogonal ?mulr0.
Qed.

End LeastSquares.

(** Theorem: let f be the combination of mean subpool maxima of some orders with the least mean square of e = max - f, by
    any mean that is linear, such as that of the uniform law on the cube. Then the mean of e m_r is 0 for each of the
    orders r, and the mean of (e-g)^2 is that of e^2 and that of g^2 together, for each combination g. *)
Theorem least_squares
    (F : realFieldType) (d : nat) (defined : (('I_d -> F) -> F) -> Prop) (mean : (('I_d -> F) -> F) -> F)
    (orders : seq nat) (beta : nat -> F) :
  linear_mean defined mean -> uniq orders -> products_defined defined orders -> least_mean_square mean orders beta ->
  (forall r, r \in orders -> mean (fun x => residual_at orders beta x * subpool_max r x) = 0) /\
  (forall delta, mean (fun x => (residual_at orders beta x - combination_of orders delta x) ^+ 2)
    = mean (fun x => residual_at orders beta x ^+ 2) + mean (fun x => combination_of orders delta x ^+ 2)).
Proof.
move=> linear uniq_R products optimal; split=> [r in_R | delta].
  exact: (orthogonal linear uniq_R products optimal in_R).
exact: (pythagoras linear uniq_R products optimal).
Qed.
