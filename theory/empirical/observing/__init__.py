"""How prevalent windows are whose maximum stands out: counted, compared with chance, judged by a fixed rule."""
