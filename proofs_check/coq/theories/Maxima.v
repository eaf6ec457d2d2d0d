(** * Identities for the maximum of n numbers, by computation

    The terms are ReLUs of integer combinations of the [max(x_i, x_j)].  Let the numbers be sorted.  Then each
    [max(x_i, x_j)] is the one that comes later, and so the sum of the smallest number and of the gaps between
    neighbours up to it; a combination is a vector of integers, its coefficients in the smallest number and in the gaps,
    which are not negative.  A combination whose coefficients all have one sign, with 0 for the smallest number, is
    linear under the ReLU; of the others [relu (k v) = k relu v] and [relu (-v) = relu v - v] leave one vector for each
    hyperplane.  The checker adds up the coefficients of each of these, which have to be 0, and all that is linear, which
    has to be the largest number.  It does so for every order of the numbers. *)

From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Checker.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Delimit Scope Z_scope with z.

(** An integer combination of the [max(x_i, x_j)]: entries [(k, i, j)]; [x_i] is [max(x_i, x_i)]. *)
Notation combination := (seq (Z * nat * nat)).

(** The entry [k max(x_i, x_j)], and the term [c relu(f)]. *)
Definition part (k : Z) (i j : nat) : Z * nat * nat := (k, i, j).
Definition term (c : Z) (f : combination) : Z * combination := (c, f).

(** ** What is stated *)

Section Statement.

Variable F : realFieldType.
Implicit Types (x : seq F) (f : combination).

Local Open Scope ring_scope.

Definition relu (a : F) : F := Num.max 0 a.

Definition value x f : F := \sum_(t <- f) of_Z F t.1.1 * Num.max (nth 0 x t.1.2) (nth 0 x t.2).

Definition largest x : F := \big[Num.max/nth 0 x 0%N]_(a <- x) a.

(** [N max(x)] is a combination and a sum of terms [c relu(f)]. *)
Definition maximum_is x (N : Z) (linear : combination) (terms : seq (Z * combination)) : Prop :=
  of_Z F N * largest x = value x linear + \sum_(t <- terms) of_Z F t.1 * relu (value x t.2).

End Statement.

(** ** The checker *)

Definition vadd (u v : seq Z) : seq Z := [seq Z.add p.1 p.2 | p <- zip u v].
Definition vscale (k : Z) (v : seq Z) : seq Z := [seq Z.mul k a | a <- v].

(** The number in place [k], in the smallest and the gaps. *)
Definition upto (n k : nat) : seq Z := mkseq (fun l => if l <= k then 1%z else 0%z) n.

(** The same [z] times, added to a vector. *)
Fixpoint add_upto (z : Z) (k : nat) (v : seq Z) : seq Z :=
  if v is a :: rest then Z.add z a :: (if k is l.+1 then add_upto z l rest else rest) else [::].

Definition vector (n : nat) (order : seq nat) (f : combination) : seq Z :=
  foldr (fun t v => add_upto t.1.1 (maxn (index t.1.2 order) (index t.2 order)) v) (nseq n 0%z) f.

Definition not_negative (v : seq Z) : bool :=
  if v is a :: rest then Z.eqb a 0 && all (Z.leb 0) rest else true.

Definition leading (v : seq Z) : Z := head 0%z [seq a <- v | ~~ Z.eqb a 0].

(** The linear part of [c relu(v)], and what is left: a coefficient and a vector, or nothing. *)
Definition split (c : Z) (v : seq Z) : seq Z * option (Z * seq Z) :=
  if not_negative v then (vscale c v, None)
  else if not_negative (vscale (-1)%z v) then (vscale 0%z v, None)
  else
    let kw := if has (fun a => Z.eqb (Z.abs a) 1) v then (c, v) else
      let g := foldr Z.gcd 0%z v in
      let w := [seq Z.div a g | a <- v] in
      if Z.ltb 0 g && (vscale g w == v) then (Z.mul c g, w) else (c, v) in
    if Z.ltb (leading v) 0 then (vscale c v, Some (kw.1, vscale (-1)%z kw.2)) else (vscale 0%z v, Some kw).

Fixpoint insert (t : Z * seq Z) (bends : seq (Z * seq Z)) : seq (Z * seq Z) :=
  if bends is u :: rest then if u.2 == t.2 then (Z.add u.1 t.1, u.2) :: rest else u :: insert t rest else [:: t].

(** Bends in a tree, to find them fast: any path to a vector is right. *)
Inductive tree := Leaf | Node of tree & seq (Z * seq Z) & tree.

Fixpoint put (path : positive) (t : Z * seq Z) (bends : tree) : tree :=
  let: (l, here, r) := if bends is Node l here r then (l, here, r) else (Leaf, [::], Leaf) in
  match path with
  | xH => Node l (insert t here) r
  | xO path => Node (put path t l) here r
  | xI path => Node l here (put path t r)
  end.

Fixpoint cancelled (bends : tree) : bool :=
  if bends is Node l here r then [&& cancelled l, all (fun t => Z.eqb t.1 0) here & cancelled r] else true.

Definition path_of (v : seq Z) : positive :=
  foldr (fun a h => match a with Z0 => xO (xO h) | Zpos xH => xO (xI h) | Zneg xH => xI (xO h) | _ => xI (xI h) end)
    xH v.

(** A term more, in the linear part and in the bends. *)
Definition add_term (n : nat) (order : seq nat) (sums : seq Z * tree) (t : Z * combination) : seq Z * tree :=
  let: (linear, bend) := split t.1 (vector n order t.2) in
  (vadd linear sums.1, if bend is Some u then put (path_of u.2) u sums.2 else sums.2).

Definition check_order (n : nat) (N : Z) (linear : combination) (terms : seq (Z * combination)) (order : seq nat) :=
  let sums := foldl (add_term n order) (vector n order linear, Leaf) terms in
  cancelled sums.2 && (sums.1 == vscale N (upto n n.-1)).

Definition within (n : nat) (f : combination) : bool := all (fun t => (t.1.2 < n) && (t.2 < n)) f.

Definition check_maximum (n : nat) (N : Z) (linear : combination) (terms : seq (Z * combination)) : bool :=
  [&& 0 < n, within n linear, all (fun t => within n t.2) terms
    & all (check_order n N linear terms) (permutations (iota 0 n))].

(** ** Identities that no exchange of the numbers changes, for which one order is enough *)

Definition moved (s : seq nat) (f : combination) : combination :=
  [seq part t.1.1 (nth 0 s t.1.2) (nth 0 s t.2) | t <- f].

(** [a] times the sum of the [x_i], and [b] times that of the [max(x_i, x_j)] over all i and j. *)
Definition symmetric_part (n : nat) (a b : Z) : combination :=
  [seq part a i i | i <- iota 0 n] ++ [seq part b i j | i <- iota 0 n, j <- iota 0 n].

(** All images of terms; one that several permutations lead to counts as often. *)
Definition images (n : nat) (rows : seq (Z * combination)) : seq (Z * combination) :=
  [seq term t.1 (moved s t.2) | s <- permutations (iota 0 n), t <- rows].

Definition check_symmetric (n : nat) (N a b : Z) (rows : seq (Z * combination)) : bool :=
  let add s sums t := add_term n (iota 0 n) sums (term t.1 (moved s t.2)) in
  let start := (vector n (iota 0 n) (symmetric_part n a b), Leaf) in
  let sums := foldl (fun sums s => foldl (add s) sums rows) start (permutations (iota 0 n)) in
  [&& 0 < n, all (fun t => within n t.2) rows, cancelled sums.2 & sums.1 == vscale N (upto n n.-1)].

(** ** Soundness *)

Section Soundness.

Variable F : realFieldType.

Local Open Scope ring_scope.
Local Notation "[ z ]" := (of_Z F z).

Lemma pair_vadd (g : nat -> F) u v : size u = size v -> pair g (vadd u v) = pair g u + pair g v.
Proof.
elim: u v g => [|a u IH] [|b v] g //=; first by rewrite addr0.
by case=> same; rewrite IH // of_ZD mulrDl addrACA.
Qed.

Lemma pair_vscale (g : nat -> F) k v : pair g (vscale k v) = [k] * pair g v.
Proof. by elim: v g => [|a v IH] g /=; rewrite ?mulr0 // IH of_ZM mulrDr mulrA. Qed.

Lemma size_vadd u v : size u = size v -> size (vadd u v) = size v.
Proof. by move=> same; rewrite size_map size_zip same minnn. Qed.

Lemma pair_mkseq (g : nat -> F) (f : nat -> Z) n : pair g (mkseq f n) = \sum_(l < n) [f l] * g l.
Proof.
rewrite /mkseq; elim: n f g => [|n IH] f g; first by rewrite big_ord0.
rewrite big_ord_recl /= -(addn0 1%N) iotaDl -map_comp; congr (_ + _).
by rewrite (IH (fun l => f l.+1) (fun l => g l.+1)).
Qed.

Lemma size_add_upto z k v : size (add_upto z k v) = size v.
Proof. by elim: v k => [|a v IH] [|k] //=; rewrite IH. Qed.

Lemma pair_add_upto (g : nat -> F) z k v :
  (k < size v)%N -> pair g (add_upto z k v) = [z] * (\sum_(l < k.+1) g l) + pair g v.
Proof.
elim: v k g => [|a v IH] // [|k] g lt_k; rewrite /= of_ZD mulrDl; first by rewrite big_ord1 addrA.
by rewrite IH // [in RHS]big_ord_recl mulrDr /= -!addrA; congr (_ + _); rewrite addrCA.
Qed.

Lemma pair_zero (g : nat -> F) n : pair g (nseq n 0%z) = 0.
Proof. by elim: n g => [|n IH] g //=; rewrite mul0r IH addr0. Qed.

Lemma reluN (a : F) : relu a = relu (- a) + a.
Proof. by rewrite /relu addr_maxl add0r addNr maxC. Qed.

Lemma relu_scale (k a : F) : 0 <= k -> relu (k * a) = k * relu a.
Proof. by move=> k_ge0; rewrite /relu maxr_pmulr // mulr0. Qed.

Lemma relu_ge0 (a : F) : 0 <= a -> relu a = a.
Proof. by move=> ge0; apply: max_idPr. Qed.

Lemma relu_le0 (a : F) : a <= 0 -> relu a = 0.
Proof. by move=> le0; apply: max_idPl. Qed.

Section Order.

Variables (n : nat) (x : seq F) (order : seq nat).
Hypotheses (n_gt0 : (0 < n)%N) (perm_order : perm_eq order (iota 0 n)).

Let place k : F := nth 0 x (nth 0%N order k).
Hypothesis sorted : forall k l, (k <= l < n)%N -> place k <= place l.

Let gap l : F := if l is l'.+1 then if (l < n)%N then place l - place l' else 0 else place 0.

Lemma gap_ge0 l : 0 <= gap l.+1.
Proof. by rewrite /gap; case: ifP => // lt_ln; rewrite subr_ge0 sorted // leqnSn. Qed.

Lemma sum_gap k : (k < n)%N -> \sum_(l < k.+1) gap l = place k.
Proof.
elim: k => [|k IH] lt_kn; first by rewrite big_ord1.
by rewrite big_ord_recr /= lt_kn IH 1?ltnW // addrC subrK.
Qed.

Lemma pair_upto k : (k < n)%N -> pair gap (upto n k) = place k.
Proof.
move=> lt_kn; rewrite pair_mkseq -sum_gap // (big_ord_widen _ gap lt_kn) [RHS]big_mkcond /=.
by apply: eq_bigr => l _; rewrite ltnS; case: (l <= k)%N; rewrite /= ?mul1r ?mul0r.
Qed.

Lemma index_lt i : (i < n)%N -> (index i order < n)%N.
Proof.
by move=> lt_in; have := perm_size perm_order; rewrite size_iota => <-; rewrite index_mem (perm_mem perm_order) mem_iota.
Qed.

Lemma place_index i : (i < n)%N -> place (index i order) = nth 0 x i.
Proof. by move=> lt_in; rewrite /place nth_index // (perm_mem perm_order) mem_iota. Qed.

Lemma max_later i j : (i < n)%N -> (j < n)%N ->
  Num.max (nth 0 x i) (nth 0 x j) = place (maxn (index i order) (index j order)).
Proof.
move=> lt_in lt_jn; rewrite -!place_index //; case: (leqP (index i order) (index j order)) => le_ij.
  by apply/max_idPr/sorted; rewrite le_ij index_lt.
by apply/max_idPl/sorted; rewrite (ltnW le_ij) index_lt.
Qed.

Lemma size_vector f : size (vector n order f) = n.
Proof. by elim: f => [|t f IH]; rewrite ?size_nseq //= size_add_upto. Qed.

Lemma pair_vector f : within n f -> pair gap (vector n order f) = value x f.
Proof.
rewrite /value; elim: f => [|t f IH] /=; first by rewrite pair_zero big_nil.
case/andP=> /andP[lt_i lt_j] /IH {}IH; have lt_max : (maxn (index t.1.2 order) (index t.2 order) < n)%N.
  by rewrite gtn_max !index_lt.
by rewrite big_cons -IH pair_add_upto ?size_vector // sum_gap // max_later.
Qed.

Lemma not_negativeP v : not_negative v -> 0 <= pair gap v.
Proof.
case: v => [|a v] //= /andP[/Z.eqb_eq-> /allP rest]; rewrite mul0r add0r.
suff ge0 (g : nat -> F) : (forall l, 0 <= g l) -> 0 <= pair g v by apply: ge0 => l; apply: gap_ge0.
elim: v rest g => [|b v IH] //= rest g g_ge0; apply: addr_ge0; last first.
  by apply: IH => // c in_v; apply: rest; rewrite inE in_v orbT.
by apply: mulr_ge0 => //; apply: of_Z_ge0; apply: rest; rewrite inE eqxx.
Qed.

Definition bend (t : Z * seq Z) : F := [t.1] * relu (pair gap t.2).

Lemma split_sound c v :
  [c] * relu (pair gap v) = pair gap (split c v).1 + (if (split c v).2 is Some t then bend t else 0).
Proof.
rewrite /split; case: ifP => [/not_negativeP ge0 | _]; first by rewrite addr0 pair_vscale relu_ge0.
case: ifP => [/not_negativeP | _].
  by rewrite !pair_vscale /= mulN1r oppr_ge0 => le0; rewrite relu_le0 // mulr0 mul0r addr0.
set kw := if has _ _ then _ else _.
have [def_kw def_kv] : [c] * relu (pair gap v) = bend kw /\ [c] * pair gap v = [kw.1] * pair gap kw.2.
  rewrite /kw /bend; case: ifP => // _; case: ifP => // /andP[/of_Z_gt0-/(_ F)/ltW g_ge0 /eqP def_v].
  by rewrite /= of_ZM -!mulrA -(relu_scale _ g_ge0) -pair_vscale def_v.
case: ifP => _ /=; last by rewrite pair_vscale mul0r add0r.
rewrite def_kw /bend /= !pair_vscale /= mulN1r [relu (pair gap kw.2)]reluN mulrDr -def_kv.
by rewrite addrC.
Qed.

Lemma insert_sound t b : \sum_(u <- insert t b) bend u = bend t + \sum_(u <- b) bend u.
Proof.
elim: b => [|u b IH] /=; first by rewrite big_seq1 big_nil addr0.
case: eqP => [same | _]; rewrite !big_cons; last by rewrite IH addrCA.
by rewrite /bend /= of_ZD mulrDl same addrA [bend t + _]addrC.
Qed.

Fixpoint bends (b : tree) : F := if b is Node l here r then bends l + \sum_(u <- here) bend u + bends r else 0.

Lemma put_sound path t b : bends (put path t b) = bend t + bends b.
Proof.
elim: path b => [path IH | path IH |] [|l here r] /=; rewrite ?IH ?insert_sound /= ?big_nil ?big_seq1 ?addr0 ?add0r //.
- by rewrite addrCA.
- by rewrite !addrA.
by rewrite addrCA !addrA [bend t + _]addrC.
Qed.

Lemma cancelled_sound b : cancelled b -> bends b = 0.
Proof.
elim: b => //= l IHl here r IHr /and3P[/IHl-> /allP zero /IHr->]; rewrite add0r addr0 big_seq big1 // => u /zero /Z.eqb_eq.
by rewrite /bend => ->; rewrite mul0r.
Qed.

Lemma size_split c v : size (split c v).1 = size v.
Proof. by rewrite /split; do 2!(case: ifP => _; first by rewrite size_map); case: ifP => _; rewrite size_map. Qed.

Lemma add_terms_sound terms sums :
  size sums.1 = n -> all (fun t => within n t.2) terms ->
  let sums' := foldl (add_term n order) sums terms in
  size sums'.1 = n /\
  pair gap sums'.1 + bends sums'.2
    = pair gap sums.1 + bends sums.2 + \sum_(t <- terms) [t.1] * relu (value x t.2).
Proof.
elim: terms sums => [|t terms IH] sums size_sums /=; first by rewrite big_nil addr0.
case/andP=> in_t in_terms; have size_t : size (add_term n order sums t).1 = n.
  by rewrite /add_term; case def: (split _ _) => [lin u] /=; rewrite size_vadd // -[lin]/(lin, u).1 -def size_split size_vector.
have [-> ->] := IH _ size_t in_terms; split=> //; rewrite big_cons addrA; congr (_ + _).
rewrite -pair_vector // split_sound /add_term; case def: (split _ _) => [lin u] /=.
have size_lin : size lin = size sums.1.
  by rewrite -[lin]/(lin, u).1 -def size_split size_vector.
rewrite pair_vadd //; case: u def => [u|] _; rewrite ?put_sound; first by rewrite addrACA addrC.
by rewrite addr0 -addrA addrC.
Qed.

Lemma check_order_sound N linear terms :
  within n linear -> all (fun t => within n t.2) terms -> check_order n N linear terms order ->
  [N] * place n.-1 = value x linear + \sum_(t <- terms) [t.1] * relu (value x t.2).
Proof.
move=> in_linear in_terms /andP[/cancelled_sound none /eqP same].
have [_] := @add_terms_sound terms (vector n order linear, Leaf) (size_vector _) in_terms.
by rewrite none same !addr0 pair_vscale pair_upto ?prednK // pair_vector.
Qed.

End Order.

Lemma le_bigmax (z a : F) (s : seq F) : a \in s -> a <= \big[Num.max/z]_(b <- s) b.
Proof.
by elim: s => //= b s IH; rewrite inE big_cons le_maxr => /orP[/eqP-> | /IH ->]; rewrite ?lexx ?orbT.
Qed.

(** Every list of numbers has an order, and its last one is the largest. *)
Section Sorted.

Variables (n : nat) (x : seq F).
Hypotheses (n_gt0 : (0 < n)%N) (size_x : size x = n).

Let le_x i j := nth 0 x i <= nth 0 x j.
Definition order_of := sort le_x (iota 0 n).

Lemma perm_order_of : perm_eq order_of (iota 0 n).
Proof. by rewrite perm_sort. Qed.

Lemma size_order_of : size order_of = n.
Proof. by rewrite size_sort size_iota. Qed.

Lemma order_of_lt k : (k < n)%N -> (nth 0%N order_of k < n)%N.
Proof.
move=> lt_kn; have := mem_nth 0%N (_ : (k < size order_of)%N); rewrite size_order_of => /(_ lt_kn).
by rewrite (perm_mem perm_order_of) mem_iota.
Qed.

Lemma sorted_order_of k l : (k <= l < n)%N -> nth 0 x (nth 0%N order_of k) <= nth 0 x (nth 0%N order_of l).
Proof.
have trans : transitive le_x by move=> j i m; apply: le_trans.
have refl : reflexive le_x by move=> i; apply: lexx.
have total : total le_x by move=> i j; apply: le_total.
case/andP=> le_kl lt_ln; have := sorted_leq_nth trans refl 0%N (sort_sorted total (iota 0 n)).
by apply; rewrite ?inE -/order_of ?size_order_of //; apply: leq_ltn_trans le_kl lt_ln.
Qed.

Lemma largest_last : largest x = nth 0 x (nth 0%N order_of n.-1).
Proof.
have lt_last : (n.-1 < n)%N by rewrite prednK.
apply/eqP; rewrite eq_le /largest; apply/andP; split.
  have below i : (i < n)%N -> nth 0 x i <= nth 0 x (nth 0%N order_of n.-1).
    move=> lt_in; have in_i : i \in order_of by rewrite (perm_mem perm_order_of) mem_iota.
    rewrite -{1}(nth_index 0%N in_i); apply: sorted_order_of; rewrite lt_last andbT -ltnS prednK //.
    by rewrite -[X in (_ < X)%N]size_order_of index_mem.
  rewrite big_seq; elim/big_ind: _ => [|a b le_a le_b | a /(nthP 0)[i lt_ix <-]]; first exact: below.
    by rewrite le_maxl le_a le_b.
  by apply: below; rewrite -size_x.
by apply: le_bigmax; rewrite mem_nth // size_x order_of_lt.
Qed.

End Sorted.

Lemma maximum_by_checking n N linear terms (x : seq F) :
  check_maximum n N linear terms -> size x = n -> maximum_is x N linear terms.
Proof.
case/and4P=> n_gt0 in_linear in_terms /allP checked size_x; rewrite /maximum_is (largest_last n_gt0 size_x).
apply: (check_order_sound n_gt0 (perm_order_of n x) (@sorted_order_of n x) in_linear in_terms).
by apply: checked; rewrite mem_permutations perm_order_of.
Qed.

Lemma value_moved n (x : seq F) (o s : seq nat) f :
  perm_eq o (iota 0 n) -> perm_eq s (iota 0 n) -> within n f ->
  value [seq nth 0 x i | i <- o] (moved s f) = value x (moved [seq nth 0%N o i | i <- s] f).
Proof.
move=> perm_o perm_s /allP in_f; have size_o := perm_size perm_o; have size_s := perm_size perm_s.
rewrite size_iota in size_o size_s; rewrite /value !big_map; apply: eq_big_seq => t /in_f /andP[lt_i lt_j] /=.
have lt_s i : (i < n)%N -> (nth 0%N s i < n)%N.
  by move=> lt_in; have := mem_nth 0%N (s := s) (n := i); rewrite size_s (perm_mem perm_s) mem_iota => /(_ lt_in).
by rewrite !(nth_map 0%N) ?size_o ?size_s ?lt_s.
Qed.

Lemma value_symmetric n (x : seq F) (o : seq nat) a b : perm_eq o (iota 0 n) ->
  value [seq nth 0 x i | i <- o] (symmetric_part n a b) = value x (symmetric_part n a b).
Proof.
move=> perm_o; have size_o := perm_size perm_o; rewrite size_iota in size_o.
have sums (G : F -> F) : \sum_(i <- iota 0 n) G (nth 0 [seq nth 0 x i | i <- o] i) = \sum_(i <- iota 0 n) G (nth 0 x i).
  rewrite -[RHS](perm_big _ perm_o) /= -{2}(mkseq_nth 0%N o) size_o big_map; apply: eq_big_seq => i.
  by rewrite mem_iota => lt_i; rewrite (nth_map 0%N) ?size_o.
rewrite /value !big_cat !big_map !big_allpairs_dep /=; congr (_ + _).
  exact: (sums (fun z => of_Z F a * Num.max z z)).
under eq_bigr do rewrite (sums (fun z => of_Z F b * Num.max _ z)).
exact: (sums (fun z => \sum_(j <- iota 0 n) of_Z F b * Num.max z (nth 0 x j))).
Qed.

Lemma perm_images n (o : seq nat) : perm_eq o (iota 0 n) ->
  perm_eq [seq [seq nth 0%N o i | i <- s] | s <- permutations (iota 0 n)] (permutations (iota 0 n)).
Proof.
move=> perm_o; have size_o := perm_size perm_o; rewrite size_iota in size_o.
have uniq_o : uniq o by rewrite (perm_uniq perm_o) iota_uniq.
have member s : s \in permutations (iota 0 n) -> forall i, i \in s -> (i < n)%N.
  by rewrite mem_permutations => /perm_mem same i; rewrite same mem_iota.
have inside : {subset [seq [seq nth 0%N o i | i <- s] | s <- permutations (iota 0 n)] <= permutations (iota 0 n)}.
  move=> u /mapP[s]; rewrite !mem_permutations => perm_s ->; apply: perm_trans (perm_map _ perm_s) _.
  by rewrite -/(mkseq (nth 0%N o) n) -{1}size_o mkseq_nth.
have uniq_images : uniq [seq [seq nth 0%N o i | i <- s] | s <- permutations (iota 0 n)].
  rewrite map_inj_in_uniq ?permutations_uniq //.
  apply: (can_in_inj (g := fun u => [seq index j o | j <- u])) => s in_s.
  rewrite -map_comp -[RHS]map_id; apply/eq_in_map => i in_i.
  by rewrite /= index_uniq // size_o (member s).
have [_ same] := uniq_min_size uniq_images inside (eq_leq (esym (size_map _ _))).
exact: uniq_perm uniq_images (permutations_uniq _) same.
Qed.

Lemma foldl_images (S : Type) (add : S -> Z * combination -> S) start n rows :
  foldl (fun sums s => foldl (fun sums t => add sums (term t.1 (moved s t.2))) sums rows) start
    (permutations (iota 0 n)) = foldl add start (images n rows).
Proof.
rewrite /images; elim: (permutations _) start => //= s rest IH start; rewrite IH foldl_cat; congr foldl.
by elim: rows start {IH} => //= t rows IH start; rewrite IH.
Qed.

Lemma symmetric_by_checking n N a b rows (x : seq F) :
  check_symmetric n N a b rows -> size x = n -> maximum_is x N (symmetric_part n a b) (images n rows).
Proof.
rewrite /check_symmetric (@foldl_images _ (add_term n (iota 0 n))) => /and4P[n_gt0 in_rows zero same] size_x.
have perm_o := perm_order_of n x; set o := order_of n x in perm_o.
have size_o : size o = n by rewrite size_order_of.
rewrite /maximum_is (largest_last n_gt0 size_x) -/o.
have lt_last : (n.-1 < n)%N by rewrite prednK.
have in_images : all (fun t => within n t.2) (images n rows).
  apply/allP => u /allpairsP[[s t] /= [in_s in_t ->]] /=; rewrite /within all_map; apply/allP => e in_e /=.
  have /allP/(_ _ in_e)/andP[lt_i lt_j] := allP in_rows _ in_t.
  have lt_s i : (i < n)%N -> (nth 0%N s i < n)%N.
    move: in_s; rewrite mem_permutations => perm_s lt_in; have := mem_nth 0%N (s := s) (n := i).
    by rewrite (perm_size perm_s) size_iota (perm_mem perm_s) mem_iota => /(_ lt_in).
  by rewrite !lt_s.
have in_linear : within n (symmetric_part n a b).
  rewrite /within all_cat all_map; apply/andP; split.
    by apply/allP => i; rewrite mem_iota /= => ->.
  by apply/allP => u /allpairsP[[i j] /= []]; rewrite !mem_iota /= => lt_i lt_j -> /=; rewrite lt_i.
have sorted k l : (k <= l < n)%N ->
    nth 0 [seq nth 0 x i | i <- o] (nth 0%N (iota 0 n) k) <= nth 0 [seq nth 0 x i | i <- o] (nth 0%N (iota 0 n) l).
  move=> /andP[le_kl lt_l]; have lt_k := leq_ltn_trans le_kl lt_l.
  by rewrite !nth_iota // !(nth_map 0%N) ?size_o // sorted_order_of // le_kl.
have := check_order_sound n_gt0 (perm_refl _) sorted in_linear in_images (N := N).
rewrite /check_order zero same => /(_ isT); rewrite nth_iota // (nth_map 0%N) ?size_o // => ->.
rewrite value_symmetric //; congr (_ + _); rewrite /images !big_allpairs_dep /=.
rewrite -[RHS](perm_big _ (perm_images perm_o)) /= big_map; apply: eq_big_seq => s in_s; apply: eq_big_seq => t in_t.
by rewrite (@value_moved n) // -?mem_permutations //; apply: (allP in_rows).
Qed.

End Soundness.
