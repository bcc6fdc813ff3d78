using Lifecycle;
using Lifecycle.Data;

namespace MortgageLifecycle;

internal sealed partial class Road
{
    /// <summary>What somebody outside may know of an applicant.</summary>
    private static readonly string[] KnownOutside = ["chist", "mhist", "single", "hschool", "afam", "selfemp", "condomin"];

    private DerivedVersion _safe = null!;

    /// <summary>A version of the applications that can be handed to an auditor: coarser, without those who stand out, with the risk before and after.</summary>
    public async Task ShareAsync()
    {
        Stop("Data for the auditor, without the people in it");
        PrivacyPlan plan = PrivacyPlan.Gdpr()
            .Drop("phist", "insurance", "unemp")
            .Bin("pirat", width: 0.1).Bin("hirat", width: 0.1).Bin("lvrat", width: 0.25)
            .TopCode("chist", max: 2, label: "3+").TopCode("mhist", max: 2, label: "3+")
            .Keep("single", "hschool", "afam", "selfemp", "condomin", "deny")
            .Require(quasiIdentifiers: KnownOutside, sensitive: "deny", k: 5, l: 2, suppressAtMost: 0.25);
        _safe = await _lifecycle.Datasets.DeriveAsync("mortgages-safe", _data, plan, reason: "asked for by the auditor", cancellationToken: _stop);
        DisclosureRisk before = _safe.Risk.Before, after = _safe.Risk.After;
        Say($"{_safe}: {_safe.Outcome}");
        Say($"smallest class {before.MinimumClassSize} -> {after.MinimumClassSize}, applicants alone {before.RowsAlone} -> {after.RowsAlone}, "
            + $"{_safe.Risk.RowsSuppressed} of {_safe.Risk.RowsRead:N0} rows left out");
    }
}
