(** * What it means that coefficients are optimal

    Certificates are about the vertices z = 0..d, the numbers of zeros of 0/1 vectors; what they prove is about all
    vectors of the cube [0,1]^d, or about all vectors, relative to the range of their entries. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes Reduction.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Optimal.

Variable F : realFieldType.
Implicit Types (d r z : nat) (orders : seq nat) (beta gamma : nat -> F) (E : F).

(** On the cube, the estimator with the coefficients [beta] differs from the maximum by at most [E], and [E] is the
    least error of all estimators with these orders. *)
Definition optimal_cube d orders beta E : Prop :=
  (forall x : 'I_d -> F, in_cube x -> `|maximum x - \sum_(r <- orders) beta r * subpool_max r x| <= E)
  /\ least_error (achievable_on_cube d orders) E.

(** The same relative to the range of the entries, for coefficients that sum to 1. *)
Definition optimal_range d orders beta E : Prop :=
  [/\ \sum_(r <- orders) beta r = 1,
      forall (x : 'I_d -> F) lo hi, (forall i, lo <= x i <= hi) ->
        `|maximum x - \sum_(r <- orders) beta r * subpool_max r x| <= E * (hi - lo)
    & least_error (achievable_relative d orders) E].

Section Vertices.

Variables (d : nat) (orders : seq nat) (beta : nat -> F) (E : F).
Hypotheses (d_gt0 : (0 < d)%N) (upto : forall r, r \in orders -> (r <= d)%N).

Lemma cube_of_vertices :
  (forall z, (z <= d)%N -> `|residual d orders beta z| <= E) ->
  forall x : 'I_d -> F, in_cube x -> `|maximum x - \sum_(r <- orders) beta r * subpool_max r x| <= E.
Proof.
move=> bound; apply: bounded_by_vertices; first exact: affine_residual.
by move=> x vertex_x; rewrite residual_vertex // bound // card_zeros.
Qed.

Lemma optimal_cube_of_vertices :
  (forall z, (z <= d)%N -> `|residual d orders beta z| <= E) ->
  (forall gamma, exists2 z, (z <= d)%N & E <= `|residual d orders gamma z|) ->
  optimal_cube d orders beta E.
Proof.
move=> below above; split; first exact: cube_of_vertices.
move=> E'; split=> [/reduction | le_E].
  by case=> // gamma bound; have [z le_zd le_z] := above gamma; apply: le_trans le_z (bound z le_zd).
by exists beta => x in_x; apply: le_trans le_E; apply: cube_of_vertices.
Qed.

Hypothesis nonzero : forall r, r \in orders -> (0 < r)%N.

(** At the constant vectors the residual vanishes, as the coefficients sum to 1. *)
Lemma residual_constant gamma z :
  \sum_(r <- orders) gamma r = 1 -> (z == 0%N) || (z == d) -> residual d orders gamma z = 0.
Proof.
move=> sum1; have [-> | z_neq0 /eqP ->] := eqVneq z 0%N => [_|].
  rewrite /residual /estimate /target (ltn_eqF d_gt0) -[X in X - _]sum1 !big_seq -sumrB big1 // => r in_R.
  by rewrite /feature gtn_eqF ?nonzero // bin_small ?nonzero // mul0r subr0 mulr1 subrr.
rewrite /residual /estimate /target eqxx sub0r big_seq big1 ?oppr0 // => r in_R.
by rewrite /feature gtn_eqF ?nonzero // mulfV ?subrr ?mulr0 // pnatr_eq0 -lt0n bin_gt0 upto.
Qed.

Lemma residual_equivariant_upto gamma (x y : 'I_d -> F) (lo t : F) :
  \sum_(r <- orders) gamma r = 1 -> 0 <= t -> (forall i, x i = lo + t * y i) ->
  maximum x - \sum_(r <- orders) gamma r * subpool_max r x
    = t * (maximum y - \sum_(r <- orders) gamma r * subpool_max r y).
Proof.
move=> sum1 t_ge0 def_x.
rewrite /maximum (max_over_equivariant _ t_ge0 def_x) -?card_gt0 ?cardsT ?card_ord //.
rewrite [X in _ - X](_ : _ = \sum_(r <- orders) (gamma r * lo + t * (gamma r * subpool_max r y))).
  by rewrite big_split /= -mulr_suml sum1 mul1r -mulr_sumr mulrBr opprD addrACA subrr add0r.
apply: eq_big_seq => r in_R; rewrite (subpool_max_equivariant _ t_ge0 def_x) ?nonzero ?upto //.
by rewrite mulrDr mulrCA.
Qed.

Lemma relative_of_vertices :
  0 <= E -> \sum_(r <- orders) beta r = 1 -> (forall z, (0 < z < d)%N -> `|residual d orders beta z| <= E) ->
  forall (x : 'I_d -> F) lo hi, (forall i, lo <= x i <= hi) ->
    `|maximum x - \sum_(r <- orders) beta r * subpool_max r x| <= E * (hi - lo).
Proof.
move=> E_ge0 sum1 bound x lo hi range; pose y i := (x i - lo) / (hi - lo).
have width_ge0 : 0 <= hi - lo.
  by rewrite subr_ge0; have /andP [] := range (Ordinal d_gt0); apply: le_trans.
have def_x i : x i = lo + (hi - lo) * y i.
  rewrite /y; have [same | differ] := eqVneq (hi - lo) 0; last by rewrite mulrC divfK // addrC subrK.
  rewrite same mul0r addr0; apply/eqP; rewrite eq_le andbC; have /andP [-> le_hi] := range i.
  by apply: le_trans le_hi _; rewrite -subr_le0 same.
have in_y : in_cube y.
  move=> i; have /andP [le_lo le_hi] := range i; rewrite /y divr_ge0 ?width_ge0 ?subr_ge0 //=.
  have [-> | differ] := eqVneq (hi - lo) 0; first by rewrite invr0 mulr0 ler01.
  by rewrite ler_pdivr_mulr ?lt0r ?differ // mul1r ler_add2r.
rewrite (residual_equivariant_upto sum1 width_ge0 def_x).
rewrite normrM ger0_norm // mulrC ler_wpmul2r //; apply: (cube_of_vertices _ in_y) => z le_zd.
have [constant | inner] := boolP ((z == 0%N) || (z == d)); first by rewrite residual_constant // normr0.
by apply: bound; move: inner; rewrite negb_or lt0n ltn_neqAle => /andP [-> ->].
Qed.

Lemma optimal_range_of_vertices :
  (1 < d)%N -> \sum_(r <- orders) beta r = 1 -> (forall z, (0 < z < d)%N -> `|residual d orders beta z| <= E) ->
  (forall gamma, \sum_(r <- orders) gamma r = 1 -> exists2 z, (0 < z < d)%N & E <= `|residual d orders gamma z|) ->
  optimal_range d orders beta E.
Proof.
move=> d_gt1 sum1 below above; have E_ge0 : 0 <= E by apply: le_trans (normr_ge0 _) (below 1%N d_gt1).
split=> //; first exact: relative_of_vertices.
move=> E'; split=> [[gamma [gamma1 bound]] | le_E].
  have [z /andP [_ /ltnW /set_of_size [Z size_Z]] le_z] := above gamma gamma1; apply: le_trans le_z _.
  rewrite -size_Z -(zeros_vertex F Z) -residual_vertex //; last exact: vertex_zero_one.
  have := bound (vertex F Z) 0 1; rewrite subr0 mulr1; apply.
  by apply: zero_one_in_cube; apply: vertex_zero_one.
exists beta; split=> // x lo hi range; apply: le_trans (relative_of_vertices E_ge0 sum1 below range) _.
rewrite ler_wpmul2r // subr_ge0; have /andP [] := range (Ordinal d_gt0); exact: le_trans.
Qed.

End Vertices.

End Optimal.

Arguments optimal_cube : clear implicits.
Arguments optimal_range : clear implicits.
