using Microsoft.Extensions.Options;

namespace Lifecycle.Tracking;

/// <summary>Refuses options out of their range when the host starts.</summary>
internal sealed class TrackingOptionsRule : IValidateOptions<TrackingOptions>
{
    public ValidateOptionsResult Validate(string? name, TrackingOptions options) =>
        options.Broken() is { } broken ? ValidateOptionsResult.Fail("AddTracking: " + broken) : ValidateOptionsResult.Success;
}
