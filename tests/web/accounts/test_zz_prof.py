import time
from tests.web import people
from tests.web.accounts.test_matrix import *
def test_prof(dosed):
    c = people.client_of("data manager"); c.raise_request_exception=False
    rows=[]
    for a in OURS:
        for m in ("get","post"):
            t=time.time(); r=getattr(c,m)(a.path()); rows.append((round(time.time()-t,3),m,a.path(),r.status_code))
    rows.sort(reverse=True)
    print("SUM",sum(r[0] for r in rows),len(rows)); print(*rows[:14],sep="\n"); assert 0
