import cProfile, pstats, time
from tests.web.capture.test_a_rehearsed_visit import walk
from tests.web.entering import *
def test_prof(as_role):
    c = as_role("coordinator"); walk(c)
    at="/participants/P-001/W4/PASI_Fredriksson/"
    vals={f"{r}_{i}":"1" for r in ("head","arms","trunk","legs") for i in ("erythema","induration","desquamation","area")}
    inp=inputs_of(c,at); t=time.perf_counter(); c.get(at); print("GET",time.perf_counter()-t)
    pr=cProfile.Profile(); s=fill(inp,vals)|{"do":"save"}
    t=time.perf_counter(); pr.enable(); r=c.post(at,s); pr.disable(); print("POST",time.perf_counter()-t,r.status_code)
    pstats.Stats(pr).sort_stats("cumtime").print_stats(45)
    for p in ("/calendar/","/participants/P-001/?visit=W4"):
        t=time.perf_counter(); c.get(p); print(p,time.perf_counter()-t)
    inp=inputs_of(c,at); s=fill(inp,{"head_area":"2"})|{"do":"save","reason_for_all":"x","same":"yes"}
    t=time.perf_counter(); r=c.post(at,s);  print("POST2",time.perf_counter()-t,r.status_code)
